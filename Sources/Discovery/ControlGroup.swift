import LinuxSystem

/// The control group that a process is in because it is a container's: the one whose name has a container's id, or one below.
///
/// An ordinary user may make groups of any name below those that were delegated to that user, and no others. So the owner of
/// the folder in which the group was made is who says that the container is one.
struct ControlGroup: Equatable {
    let container: ContainerIdentity
    /// The folders that may be the one in which the group was made, below `/sys/fs/cgroup`.
    let folders: [String]

    /// Parses a `/proc/PID/cgroup`, `cgroups(7)`. Nil without a container's id.
    init?(_ text: [UInt8]) {
        guard let place = ContainerID.place(in: text) else { return nil }
        container = ContainerID.container(in: text, at: place)
        let line = text[..<place.lowerBound].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last
        let fields = line?.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false) ?? []
        guard fields.count == 3, let slash = fields[2].lastIndex(of: UInt8(ascii: "/")) else {
            folders = []
            return
        }
        let folder = String(decoding: fields[2][..<slash], as: UTF8.self)
        folders = Self.mounts(String(decoding: fields[1], as: UTF8.self)).map { $0 + folder }
    }

    /// Where a hierarchy is mounted: version 1's by its controllers or the name after `name=`, version 2's on top or beside those.
    private static func mounts(_ controllers: String) -> [String] {
        if controllers.isEmpty { return ["", "/unified"] }
        return ["/" + (controllers.split(separator: "=").last ?? "")]
    }

    /// Who says so. Root, if the folder is not to be seen here: no ordinary user decides about that.
    var claim: Claim {
        for folder in folders {
            do {
                let status = try FileStatus(path: "/sys/fs/cgroup\(folder)")
                return Claim(container: container, user: status.isWritableByOthers ? Claim.nobody : status.owner)
            } catch { continue }
        }
        return Claim(container: container, user: 0)
    }
}
