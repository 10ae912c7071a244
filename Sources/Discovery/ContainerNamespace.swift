public import LinuxSystem

/// What starts containers.
public enum Engine: String, CaseIterable, Sendable {
    case podman
    case docker = "Docker"
    case containerd
    case crio = "CRI-O"
}

/// A container as its engine knows it.
public struct ContainerIdentity: Hashable, Sendable {
    /// In full.
    public let id: String
    /// Nil where nothing tells whose it is.
    public internal(set) var engine: Engine?
    /// A pod's as `NAMESPACE/POD`, that of a container in it with its own name behind. Nil where nothing readable tells it.
    public internal(set) var name: String?
    /// One of its processes, the first that was found.
    public internal(set) var pid: Int32?

    public init(id: String, engine: Engine? = nil, name: String? = nil, pid: Int32? = nil) {
        self.id = id
        self.engine = engine
        self.name = name
        self.pid = pid
    }

    /// What engines print of an id: twelve digits, or all of it where it is no hexadecimal number.
    public var shortID: String { id.utf8.count == ContainerID.length ? String(id.prefix(12)) : id }

    /// Whether a person who says this means the container: its name, its id, or the beginning of that.
    public func isCalled(_ text: String) -> Bool {
        if text == name || text == id { return true }
        return text.utf8.count >= Self.leastOfID && id.hasPrefix(text)
    }

    /// Less of an id is too likely to be that of several.
    private static let leastOfID = 4
}

/// A network namespace in which containers are.
public struct ContainerNamespace: Hashable, Sendable {
    /// By which it can be opened.
    public let path: String
    /// What ties it to a container, as it is said to people.
    public let evidence: String
    /// By the name of the bind mount or else of the containers inside; nil where that does not tell.
    public internal(set) var engine: Engine?
    /// None where only its path tells of a container, or if all of them have ended.
    public internal(set) var containers: [ContainerIdentity]

    public init(path: String, evidence: String, engine: Engine? = nil, containers: [ContainerIdentity] = []) {
        self.path = path
        self.evidence = evidence
        self.engine = engine
        self.containers = containers
    }

    /// Whether its engine deals names to its interfaces at random, as podman before version 6 does; nothing tells the versions
    /// apart.
    public var hasRandomNames: Bool {
        engine == .podman || containers.contains { $0.engine == .podman }
            || path.split(separator: "/").last?.hasPrefix("netns-") == true
    }

    /// By which it is known again for as long as it is there: the first process of those it is named after may end.
    public var lastingName: String {
        path.hasPrefix("/proc/") ? containers.first?.id ?? path : path
    }

    /// What people call it: the names of its containers, or else their ids, or else its path.
    public var title: String {
        containers.isEmpty ? path : names(of: containers)
    }
}

/// A network namespace that no engine made.
public struct SkippedNamespace: Hashable, Sendable {
    public let path: String
    /// Those that live in it all the same.
    public let containers: [ContainerIdentity]

    public init(path: String, containers: [ContainerIdentity] = []) {
        self.path = path
        self.containers = containers
    }

    public var reason: String {
        guard !containers.isEmpty else { return "no container engine's; name it with --netns" }
        return "no container engine's, though \(names(of: containers)) is in it; name it with --netns or --container"
    }
}

extension ContainerNamespace {
    init(_ skipped: SkippedNamespace) {
        self.init(
            path: skipped.path, evidence: "container \(names(of: skipped.containers))",
            engine: skipped.containers.first?.engine, containers: skipped.containers)
    }
}

/// The names of containers, or else their ids; of many the first.
private func names(of containers: [ContainerIdentity]) -> String {
    let known = containers.map { $0.name ?? $0.shortID }
    return known.prefix(3).joined(separator: ", ") + (known.count > 3 ? " and \(known.count - 3) more" : "")
}

/// A container that is there and whose namespace this user may not look at.
public struct HiddenContainer: Hashable, Sendable {
    public let container: ContainerIdentity
    public let error: KernelError
}
