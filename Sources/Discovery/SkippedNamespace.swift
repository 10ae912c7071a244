public import LinuxSystem

/// A network namespace that is changed only if a person names it, or a folder that was not read to its end.
public struct SkippedNamespace: Hashable, Sendable {
    enum Cause {
        /// No engine made it.
        case foreign
        /// The engine that made it, or what its interfaces lead to, is in another container's namespace.
        case inside
        /// Its interfaces lead to a namespace that is neither the host's nor its user's own network.
        case elsewhere
        case folder
        /// It was started with `evenkeel.skip`.
        case wish
    }

    public let found: FoundNamespace
    let cause: Cause
    /// Containers that live in it.
    public let containers: [ContainerIdentity]

    init(_ found: FoundNamespace, _ cause: Cause = .foreign, containers: [ContainerIdentity] = []) {
        self.found = found
        self.cause = cause
        self.containers = containers
    }

    /// A container that wishes to be left alone.
    public init(atItsWish container: ContainerNamespace) {
        self.init(container.found, .wish, containers: container.containers)
    }

    public var path: String { found.path }

    /// Whether people may take it for a container's that was looked at.
    public var isExpected: Bool { cause != .foreign || !containers.isEmpty }

    public var reason: String {
        let name = containers.isEmpty ? "it" : names(of: containers)
        let naming = "name it with --netns" + (containers.isEmpty ? "" : " or --container")
        return switch cause {
        case .foreign where containers.isEmpty: "no container engine's; \(naming)"
        case .foreign: "no container engine's, though \(name) is in it; \(naming)"
        case .inside: "\(name) is inside another container; \(naming) to change it"
        case .elsewhere:
            "\(name) is attached to a namespace that is neither the host's nor its user's own network; \(naming) to change it"
        case .wish: "it was started with evenkeel.skip; \(naming) to change it"
        case .folder: "it has more than \(NamespaceFolder.mostOfUser) names; the rest was not looked at"
        }
    }
}

extension ContainerNamespace {
    public init(_ skipped: SkippedNamespace) {
        self.init(
            skipped.found,
            evidence: skipped.containers.isEmpty ? "named" : "container \(names(of: skipped.containers))",
            engine: skipped.containers.first?.engine, containers: skipped.containers)
    }
}
