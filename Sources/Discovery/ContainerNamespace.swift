public import LinuxSystem

/// A program that starts containers.
public enum Engine: String, CaseIterable, Sendable {
    case podman
    case docker = "Docker"
    case containerd
    case crio = "CRI-O"
}

/// A container as its engine knows it.
public struct ContainerIdentity: Hashable, Sendable {
    /// The full id.
    public let id: String
    /// Nil if nothing tells the engine.
    public internal(set) var engine: Engine?
    /// The engine's name for it. `NAMESPACE/POD` for a pod, `NAMESPACE/POD/CONTAINER` for a container in one. Nil if nothing
    /// readable tells it.
    public internal(set) var name: String?
    /// The first of its processes that was found.
    public internal(set) var pid: Int32?

    public init(id: String, engine: Engine? = nil, name: String? = nil, pid: Int32? = nil) {
        self.id = id
        self.engine = engine
        self.name = name
        self.pid = pid
    }

    /// The first twelve digits, as engines print them; all of an id that is not of 64 digits.
    public var shortID: String { id.utf8.count == ContainerID.length ? String(id.prefix(12)) : id }

    /// Whether the text is the container's name, its id, or the beginning of its id.
    public func isCalled(_ text: String) -> Bool {
        if text == name || text == id { return true }
        return text.utf8.count >= Self.leastOfID && id.begins(with: text)
    }

    /// The fewest digits that stand for an id: fewer are likely to match several containers.
    private static let leastOfID = 4
}

/// A network namespace that containers live in.
public struct ContainerNamespace: Hashable, Sendable {
    public let found: FoundNamespace
    /// What ties the namespace to a container, for people to read.
    public let evidence: String
    /// The engine, by the bind mount's name or else by the containers inside; nil if neither tells.
    public internal(set) var engine: Engine?
    /// Empty if only the path tells of a container, or if all containers have ended.
    public internal(set) var containers: [ContainerIdentity]

    init(_ found: FoundNamespace, evidence: String, engine: Engine? = nil, containers: [ContainerIdentity] = []) {
        self.found = found
        self.evidence = evidence
        self.engine = engine
        self.containers = containers
    }

    /// One that a person named by its path.
    public init(path: String, evidence: String, engine: Engine? = nil, containers: [ContainerIdentity] = []) {
        self.init(FoundNamespace(named: path), evidence: evidence, engine: engine, containers: containers)
    }

    /// A path that opens the namespace.
    public var path: String { found.path }

    /// Whether its engine may name interfaces in random order. Podman does before version 6, and nothing tells its version
    /// here.
    public var hasRandomNames: Bool {
        engine == .podman || containers.contains { $0.engine == .podman }
            || path.utf8.split(separator: UInt8(ascii: "/")).last?.starts(with: "netns-".utf8) == true
    }

    /// A name that lasts as long as the namespace: a path through a process ends with that process.
    public var lastingName: String {
        path.begins(with: "/proc/") ? containers.first?.id ?? path : path
    }

    /// A name for people: its containers' names, or else their ids, or else its path.
    public var title: String {
        containers.isEmpty ? path : names(of: containers)
    }
}

/// The containers' names, or else their ids; of many only the first three.
func names(of containers: [ContainerIdentity]) -> String {
    let known = containers.map { $0.name ?? $0.shortID }
    return known.prefix(3).joined(separator: ", ") + (known.count > 3 ? " and \(known.count - 3) more" : "")
}

/// A container whose namespace this user may not inspect.
public struct HiddenContainer: Hashable, Sendable {
    public let container: ContainerIdentity
    public let error: KernelError
}
