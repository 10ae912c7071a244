import Keel
import LinuxSystem

/// A file that a network namespace is bind-mounted on, and the owner that its name tells.
struct BindMount {
    /// The owner that a name tells.
    enum Owner: Equatable {
        /// An engine's container. CNI's names are the same for containerd, podman and CRI-O, so the engine may be nil.
        case container(evidence: String, engine: Engine?)
        /// The namespace in which an ordinary user's podman has its bridges.
        case rootlessNetwork
        case unknown
    }

    let path: String
    let owner: Owner
    /// The ordinary user whose folder it is in, who may put anything there; nil for folders of root, and in a user namespace, where
    /// the ids are others and this program has no more rights than that user.
    var user: UInt32?

    /// All bind mounts in the folders of engines and of `ip netns`. A folder that cannot be listed goes to `refusals`.
    static func all(refusals: inout [KernelError]) -> [BindMount] {
        var mounts = list("/run/netns", &refusals, ownerInRunNetns)
        mounts += list("/run/docker/netns", &refusals, ownerInDocker)
        let isInitial = UserNamespace.outerUser() == nil
        for user in names(in: "/run/user", &refusals) where user.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // Only root can list other users' folders; that is not worth reporting.
            var others: [KernelError] = []
            var own = list("/run/user/\(user)/netns", &others, ownerInRunNetns)
            own += list("/run/user/\(user)/containers/networks/rootless-netns", &others) { name in
                name == "rootless-netns" ? .rootlessNetwork : .unknown
            }
            for place in own.indices where isInitial { own[place].user = UInt32(user) }
            mounts += own
        }
        return mounts
    }

    private static func list(
        _ directory: String, _ refusals: inout [KernelError], _ owner: (String) -> Owner
    ) -> [BindMount] {
        names(in: directory, &refusals).map { BindMount(path: "\(directory)/\($0)", owner: owner($0)) }
    }

    private static func names(in directory: String, _ refusals: inout [KernelError]) -> [String] {
        do { return try Directory.names(in: directory).sorted(by: isNaturallyOrdered) } catch {
            refusals.append(error)
            return []
        }
    }

    /// Names in `/run/netns`, as podman and CNI give them.
    static func ownerInRunNetns(_ name: String) -> Owner {
        if name.hasPrefix("rootless-netns") { return .rootlessNetwork }
        if name.hasPrefix("cni-") { return .container(evidence: "CNI", engine: nil) }
        return name.hasPrefix("netns-") ? .container(evidence: "podman", engine: .podman) : .unknown
    }

    /// Names in Docker's folder. A container's is the first twelve digits of its sandbox's id; others are overlay networks.
    static func ownerInDocker(_ name: String) -> Owner {
        name.utf8.count == 12 && name.utf8.allSatisfy(ContainerID.isHexadecimal)
            ? .container(evidence: "Docker", engine: .docker) : .unknown
    }
}
