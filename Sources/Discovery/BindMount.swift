import LinuxSystem

/// A file that a network namespace is bind-mounted on, and the owner that its name tells.
package struct BindMount {
    /// The owner that a name tells.
    package enum Owner: Equatable {
        /// An engine's container. CNI's names are the same for containerd, podman and CRI-O, so the engine may be nil.
        case container(evidence: String, engine: Engine?)
        /// The namespace in which an ordinary user's podman has its bridges.
        case rootlessNetwork
        case unknown
    }

    let found: FoundNamespace
    let owner: Owner

    /// The most names that are looked at in an ordinary user's folder.
    static let mostOfUser = 4096
    static let dockerFolder = "/run/docker/netns"

    /// All bind mounts in the folders of engines and of `ip netns`. A folder of root's that cannot be listed goes to `refusals`, one
    /// of an ordinary user's that has too many names to `overfull`.
    static func all(refusals: inout [KernelError], overfull: inout [String]) -> [BindMount] {
        var mounts = list("/run/netns", &refusals, ownerInRunNetns) + list(dockerFolder, &refusals, ownerInDocker)
        // Inside a user namespace the ids are others, and this program has no more rights than that user.
        let isInitial = UserNamespace.outerUser() == nil
        for name in names(in: "/run/user", &refusals).sorted(by: isNaturallyOrdered) {
            guard let user = UInt32(name) else { continue }
            mounts += list("/run/user/\(name)/netns", of: user, isInitial, &overfull, ownerInRunNetns)
            let podmans = "/run/user/\(name)/containers/networks/rootless-netns"
            mounts += list(podmans, of: user, isInitial, &overfull) { name in
                name == "rootless-netns" ? .rootlessNetwork : .unknown
            }
        }
        return mounts
    }

    private static func list(
        _ directory: String, _ refusals: inout [KernelError], _ owner: (String) -> Owner
    ) -> [BindMount] {
        look(at: names(in: directory, &refusals), in: directory, of: nil, owner)
    }

    /// Anything may be in an ordinary user's folder. Only root can list those of others, which is not worth reporting.
    private static func list(
        _ directory: String, of user: UInt32, _ isInitial: Bool, _ overfull: inout [String], _ owner: (String) -> Owner
    ) -> [BindMount] {
        var names: [String] = []
        do { names = try Directory.names(inUsers: directory, atMost: mostOfUser + 1) } catch { return [] }
        if names.count > mostOfUser { overfull.append(directory) }
        return look(at: names.prefix(mostOfUser), in: directory, of: isInitial ? user : nil, owner)
    }

    /// What is no namespace, has gone, or may not be inspected by this user, is left out.
    private static func look(
        at names: some Sequence<String>, in directory: String, of user: UInt32?, _ owner: (String) -> Owner
    ) -> [BindMount] {
        let mounts = names.compactMap { name -> BindMount? in
            do throws(KernelError) {
                return BindMount(found: try FoundNamespace(at: "\(directory)/\(name)", of: user), owner: owner(name))
            } catch {
                return nil
            }
        }
        return mounts.sorted { isNaturallyOrdered($0.found.path, $1.found.path) }
    }

    private static func names(in directory: String, _ refusals: inout [KernelError]) -> [String] {
        do { return try Directory.names(in: directory) } catch {
            refusals.append(error)
            return []
        }
    }

    /// Names in `/run/netns`, as podman and CNI give them.
    package static func ownerInRunNetns(_ name: String) -> Owner {
        if name.begins(with: "rootless-netns") { return .rootlessNetwork }
        if name.begins(with: "cni-") { return .container(evidence: "CNI", engine: nil) }
        return name.begins(with: "netns-") ? .container(evidence: "podman", engine: .podman) : .unknown
    }

    /// Names in Docker's folder. A container's is the first twelve digits of its sandbox's id; others are overlay networks.
    package static func ownerInDocker(_ name: String) -> Owner {
        name.utf8.count == 12 && name.utf8.allSatisfy(ContainerID.isHexadecimal)
            ? .container(evidence: "Docker", engine: .docker) : .unknown
    }
}
