public import LinuxSystem

/// The network namespaces of this host: those that an engine's evidence ties to a container, and the others.
///
/// No file in a container's root file system is opened.
public struct Survey: Sendable {
    /// The containers' namespaces, each once.
    public private(set) var namespaces: [ContainerNamespace] = []
    public private(set) var skipped: [SkippedNamespace] = []
    /// The network namespaces that hold rootless engines' bridges.
    public private(set) var rootless: [ContainerNamespace] = []
    /// Containers that this user may not inspect.
    public private(set) var hidden: [HiddenContainer] = []
    /// Folders that this user may not list.
    public private(set) var refusals: [KernelError] = []
    /// Whether the user named these namespaces: then it is an error if one has gone.
    public private(set) var isNamed = false
    private var seen: Set<NetworkNamespace.Identity> = []

    private init() {}

    /// A survey of one namespace, which the user named by its path.
    public init(named path: String) {
        namespaces = [ContainerNamespace(path: path, evidence: "named")]
        isNamed = true
    }

    /// A survey of one namespace, which the user named by a process in it.
    public init(ofProcess pid: Int32) {
        let process = Process(id: pid)
        let container = process.container ?? process.containerOfMonitor
        namespaces = [ContainerNamespace(path: "/proc/\(pid)/ns/net", evidence: "named", engine: container?.engine)]
        isNamed = true
    }

    /// Only the namespaces of containers that the user named by name or id. They may be in a skipped namespace, as with podman's
    /// `--network ns:PATH`.
    public func called(_ text: String) -> Survey {
        var survey = Survey()
        survey.isNamed = true
        let all = namespaces + skipped.filter { !$0.containers.isEmpty }.map { ContainerNamespace($0) }
        survey.namespaces = all.filter { $0.containers.contains { $0.isCalled(text) } }
        survey.hidden = hidden.filter { $0.container.isCalled(text) }
        return survey
    }

    /// Finds namespaces by bind mounts first, whose names tell more, and then by processes.
    ///
    /// - Throws: if `/proc` cannot be listed.
    public static func all() throws(KernelError) -> Survey {
        var survey = Survey()
        survey.seen.insert(try NetworkNamespace.current().identity)
        if let identity = NetworkNamespace.identityOfInit() { survey.seen.insert(identity) }
        var processes = NamespaceProcesses(besides: survey.seen)
        survey.hidden = try processes.look()
        // A namespace with an engine's bind mount is not skipped because it has another one. A namespace with only a user's bind
        // mount stays the user's, whatever containers are in it: OpenStack's agents run in its routers.
        let mounts = BindMount.all(refusals: &survey.refusals)
        for mount in mounts where mount.owner != .unknown { survey.take(mount, processes) }
        for mount in mounts where mount.owner == .unknown { survey.take(mount, processes) }
        survey.take(processes)
        return survey
    }

    private mutating func take(_ mount: BindMount, _ processes: NamespaceProcesses) {
        // A mount that has gone, or that this user may not inspect, is left out.
        guard let identity = Self.identity(mount), seen.insert(identity).inserted else { return }
        switch mount.owner {
        case .container(let evidence, let engine):
            let containers = processes.containers(in: identity)
            namespaces.append(
                ContainerNamespace(
                    path: mount.path, evidence: evidence, engine: engine ?? containers.first?.engine,
                    containers: containers
                ).found(as: identity, of: mount.user))
        case .rootlessNetwork:
            rootless.append(
                ContainerNamespace(path: mount.path, evidence: "rootless network").found(as: identity, of: mount.user))
        case .unknown: skip(mount.path, identity, of: mount.user, processes.containers(in: identity))
        }
    }

    private mutating func take(_ processes: NamespaceProcesses) {
        let rest = processes.groups.filter { !seen.contains($0.namespace) }
        for group in rest {
            guard let first = group.containers.first, let pid = first.pid else { continue }
            namespaces.append(
                ContainerNamespace(
                    path: "/proc/\(pid)/ns/net", evidence: "container \(first.shortID)", engine: first.engine,
                    containers: group.containers
                ).found(as: group.namespace))
        }
        for group in rest where group.containers.isEmpty { skip("/proc/\(group.pid)/ns/net", group.namespace) }
    }

    private mutating func skip(
        _ path: String, _ identity: NetworkNamespace.Identity, of user: UInt32? = nil,
        _ containers: [ContainerIdentity] = []
    ) {
        var namespace = SkippedNamespace(path: path, containers: containers)
        (namespace.identity, namespace.user) = (identity, user)
        skipped.append(namespace)
    }

    private static func identity(_ mount: BindMount) -> NetworkNamespace.Identity? {
        do { return try NetworkNamespace(found: mount.path, mount.user).identity } catch { return nil }
    }
}

extension ContainerNamespace {
    fileprivate func found(as identity: NetworkNamespace.Identity, of user: UInt32? = nil) -> ContainerNamespace {
        var found = self
        (found.identity, found.user) = (identity, user)
        return found
    }
}
