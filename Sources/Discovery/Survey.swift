public import LinuxSystem

/// The network namespaces of this host, told apart by whether an engine's evidence ties them to a container.
///
/// Nothing below a container's root file system is opened.
public struct Survey: Sendable {
    /// Each once.
    public private(set) var namespaces: [ContainerNamespace] = []
    public private(set) var skipped: [SkippedNamespace] = []
    /// The paths of rootless engines' network namespaces, in which their bridges are.
    public private(set) var rootless: [String] = []
    /// Containers that this user may not look at.
    public private(set) var hidden: [HiddenContainer] = []
    /// Folders that this user may not list.
    public private(set) var refusals: [KernelError] = []
    /// Whether somebody named just these, so that one which has gone is an error.
    public private(set) var isNamed = false
    private var seen: Set<NetworkNamespace.Identity> = []

    private init() {}

    /// Of a namespace that somebody named.
    public init(named path: String) {
        namespaces = [ContainerNamespace(path: path, evidence: "named")]
        isNamed = true
    }

    /// Of the namespace of a process that somebody named.
    public init(ofProcess pid: Int32) {
        let process = Process(id: pid)
        let container = process.container ?? process.containerOfMonitor
        namespaces = [ContainerNamespace(path: "/proc/\(pid)/ns/net", evidence: "named", engine: container?.engine)]
        isNamed = true
    }

    /// Of the containers that somebody means with a name or an id, also where one lives in a namespace that was skipped, as
    /// podman's `--network ns:PATH` has it. Nothing else is left.
    public func called(_ text: String) -> Survey {
        var survey = Survey()
        survey.isNamed = true
        let all = namespaces + skipped.filter { !$0.containers.isEmpty }.map { ContainerNamespace($0) }
        survey.namespaces = all.filter { $0.containers.contains { $0.isCalled(text) } }
        survey.hidden = hidden.filter { $0.container.isCalled(text) }
        return survey
    }

    /// Looks at bind mounts first, whose names say more, then at processes.
    ///
    /// - Throws: if there is no `/proc` to look at.
    public static func all() throws(KernelError) -> Survey {
        var survey = Survey()
        survey.seen.insert(try NetworkNamespace.current().identity)
        if let identity = NetworkNamespace.identityOfInit() { survey.seen.insert(identity) }
        var processes = NamespaceProcesses(besides: survey.seen)
        survey.hidden = try processes.look()
        // A namespace that an engine vouches for is not skipped for its other name. But one that somebody named stays
        // theirs, whatever containers work in it, as OpenStack's agents do in its routers.
        let mounts = BindMount.all(refusals: &survey.refusals)
        for mount in mounts where mount.owner != .unknown { survey.take(mount, processes) }
        for mount in mounts where mount.owner == .unknown { survey.take(mount, processes) }
        survey.take(processes)
        return survey
    }

    private mutating func take(_ mount: BindMount, _ processes: NamespaceProcesses) {
        // One that has gone, or that we may not look at, is no finding.
        guard let identity = Self.identity(mount.path), seen.insert(identity).inserted else { return }
        switch mount.owner {
        case .container(let evidence, let engine):
            let containers = processes.containers(in: identity)
            namespaces.append(
                ContainerNamespace(
                    path: mount.path, evidence: evidence, engine: engine ?? containers.first?.engine,
                    containers: containers))
        case .rootlessNetwork: rootless.append(mount.path)
        case .unknown: skip(mount.path, processes.containers(in: identity))
        }
    }

    private mutating func take(_ processes: NamespaceProcesses) {
        let rest = processes.groups.filter { !seen.contains($0.namespace) }
        for group in rest {
            guard let first = group.containers.first, let pid = first.pid else { continue }
            namespaces.append(
                ContainerNamespace(
                    path: "/proc/\(pid)/ns/net", evidence: "container \(first.shortID)", engine: first.engine,
                    containers: group.containers))
        }
        for group in rest where group.containers.isEmpty { skip("/proc/\(group.pid)/ns/net") }
    }

    private mutating func skip(_ path: String, _ containers: [ContainerIdentity] = []) {
        skipped.append(SkippedNamespace(path: path, containers: containers))
    }

    private static func identity(_ path: String) -> NetworkNamespace.Identity? {
        do { return try NetworkNamespace(path: path).identity } catch { return nil }
    }
}
