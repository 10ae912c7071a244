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
        let container = process.controlGroup?.container ?? process.monitored?.container
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
        var overfull: [String] = []
        let mounts = BindMount.all(refusals: &survey.refusals, overfull: &overfull)
        for mount in mounts where mount.owner != .unknown { survey.take(mount, processes) }
        for mount in mounts where mount.owner == .unknown { survey.take(mount, processes) }
        survey.take(processes)
        survey.setNestedAside(processes)
        survey.skipped += overfull.map { SkippedNamespace(FoundNamespace(named: $0), .folder) }
        return survey
    }

    private mutating func take(_ mount: BindMount, _ processes: NamespaceProcesses) {
        let found = mount.found
        guard let identity = found.identity, seen.insert(identity).inserted else { return }
        let containers = processes.containers(in: identity)
        switch mount.owner {
        case .container(let evidence, let engine):
            namespaces.append(
                ContainerNamespace(
                    found, evidence: evidence, engine: engine ?? containers.first?.engine, containers: containers))
        case .rootlessNetwork: rootless.append(ContainerNamespace(found, evidence: "rootless network"))
        case .unknown: skipped.append(SkippedNamespace(found, containers: containers))
        }
    }

    private mutating func take(_ processes: NamespaceProcesses) {
        let rest = processes.groups.filter { group in group.found.identity.map { !seen.contains($0) } ?? false }
        for group in rest {
            guard let first = group.containers.first else { continue }
            namespaces.append(
                ContainerNamespace(
                    group.found, evidence: "container \(first.shortID)", engine: first.engine,
                    containers: group.containers))
        }
        skipped += rest.filter { $0.containers.isEmpty }.map { SkippedNamespace($0.found) }
    }

    /// Moves containers inside other containers to those that are skipped, and those that are attached neither to the host nor to
    /// their user's network.
    private mutating func setNestedAside(_ processes: NamespaceProcesses) {
        // An ordinary user changes nothing. A thread could not leave the user namespaces of others any more.
        guard !namespaces.isEmpty, NetworkNamespace.identityOfInit() != nil, UserNamespace.outerUser() == nil else {
            return
        }
        let all = namespaces
        let identities = Set(all.compactMap { $0.found.identity })
        var attachments: Attachments
        do {
            let known = rootless.map { $0.found } + skipped.map { $0.found } + all.map { $0.found }
            attachments = try Attachments(known, containers: identities)
        } catch { return }
        namespaces = []
        for namespace in all {
            let found = namespace.found
            if let identity = found.identity, !attachments.lead(toHostFrom: found) {
                let isInside = processes.isInside(identity, identities)
                if let cause = isInside ? .inside : attachments.cause(toSkip: found) {
                    skipped.append(SkippedNamespace(found, cause, containers: namespace.containers))
                    continue
                }
            }
            namespaces.append(namespace)
        }
    }
}
