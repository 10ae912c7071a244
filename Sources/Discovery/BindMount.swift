package import LinuxSystem

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

    package let found: FoundNamespace
    package let owner: Owner

    /// Whether the name tells that it is a container's, and its engine.
    var tellsEngine: Bool {
        if case .container(_, _?) = owner { true } else { false }
    }

    /// The container's namespace, if the name tells that it is one, with the containers that were found inside.
    package func namespace(of containers: [ContainerIdentity] = []) -> ContainerNamespace? {
        guard case .container(let evidence, let engine) = owner else { return nil }
        return ContainerNamespace(
            found, evidence: evidence, engine: engine ?? containers.first?.engine, containers: containers)
    }

    /// Names in `/run/netns`, as podman and CNI give them.
    package static func ownerInRunNetns(_ name: String) -> Owner {
        if name.begins(with: "rootless-netns") { return .rootlessNetwork }
        if name.begins(with: "cni-") { return .container(evidence: "CNI", engine: nil) }
        return name.begins(with: "netns-") ? .container(evidence: "podman", engine: .podman) : .unknown
    }

    /// Whether a name has the form of a UUID, RFC 9562 section 4.
    static func isUUID(_ name: String) -> Bool {
        name.parts(between: UInt8(ascii: "-")).map { $0.utf8.count } == [8, 4, 4, 4, 12]
            && name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || ContainerID.isHexadecimal($0) }
    }

    /// Names in Docker's folder. A container's is the first twelve digits of its sandbox's id; others are overlay networks.
    package static func ownerInDocker(_ name: String) -> Owner {
        name.utf8.count == 12 && name.utf8.allSatisfy(ContainerID.isHexadecimal)
            ? .container(evidence: "Docker", engine: .docker) : .unknown
    }
}
