import Keel
import LinuxSystem

/// A file at which a network namespace is bound, and what its name tells.
struct BindMount {
    /// Whom a name speaks of.
    enum Owner: Equatable {
        /// An engine's container. CNI's names are those of containerd, podman and CRI-O alike.
        case container(evidence: String, engine: Engine?)
        /// The rootless network namespace, in which an ordinary user's podman has its bridges.
        case rootlessNetwork
        case unknown
    }

    let path: String
    let owner: Owner

    /// Every one in the folders that engines and `ip netns` use. What cannot be listed goes to `refusals`.
    static func all(refusals: inout [KernelError]) -> [BindMount] {
        var mounts = list("/run/netns", &refusals, ownerInRunNetns)
        mounts += list("/run/docker/netns", &refusals, ownerInDocker)
        for user in names(in: "/run/user", &refusals) where user.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // Those of other users' folders can be listed by root alone, which is nothing to be told.
            var others: [KernelError] = []
            mounts += list("/run/user/\(user)/netns", &others, ownerInRunNetns)
            mounts += list("/run/user/\(user)/containers/networks/rootless-netns", &others) { name in
                name == "rootless-netns" ? .rootlessNetwork : .unknown
            }
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

    /// podman's and containerd's names there.
    static func ownerInRunNetns(_ name: String) -> Owner {
        if name.hasPrefix("rootless-netns") { return .rootlessNetwork }
        if name.hasPrefix("cni-") { return .container(evidence: "CNI", engine: nil) }
        return name.hasPrefix("netns-") ? .container(evidence: "podman", engine: .podman) : .unknown
    }

    /// Docker names a container's after twelve digits of the sandbox's id; others there are its overlay networks'.
    static func ownerInDocker(_ name: String) -> Owner {
        name.utf8.count == 12 && name.utf8.allSatisfy(ContainerID.isHexadecimal)
            ? .container(evidence: "Docker", engine: .docker) : .unknown
    }
}
