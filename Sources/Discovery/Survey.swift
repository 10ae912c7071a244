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
    public func called(_ text: String) -> Survey { called(any: [text]) }

    /// The same of several names.
    public func called(any names: [String]) -> Survey {
        var survey = Survey()
        survey.isNamed = true
        let all = namespaces + skipped.filter { !$0.containers.isEmpty }.map { ContainerNamespace($0) }
        let isCalled = { (container: ContainerIdentity) in names.contains { container.isCalled($0) } }
        survey.namespaces = all.filter { $0.containers.contains(where: isCalled) }
        survey.hidden = hidden.filter { isCalled($0.container) }
        return survey
    }

    /// Finds namespaces by bind mounts first, whose names tell more, and then by processes.
    ///
    /// Without `namingContainers` it takes half as long: no container is looked for where a bind mount's name tells the engine, and
    /// elsewhere a name only if nothing else tells that. The namespaces are the same.
    ///
    /// - Throws: if `/proc` cannot be listed.
    public static func all(namingContainers: Bool = true) throws(KernelError) -> Survey {
        var survey = Survey()
        survey.seen = try hosts()
        // A namespace with an engine's bind mount is not skipped because it has another one. A namespace with only a user's bind
        // mount stays the user's, whatever containers are in it: OpenStack's agents run in its routers.
        var overfull: [String] = []
        let mounts = NamespaceFolder.all(refusals: &survey.refusals).flatMap {
            $0.mounts(refusals: &survey.refusals, overfull: &overfull)
        }
        let tied = namingContainers ? [] : mounts.filter { $0.tellsEngine }.compactMap { $0.found.identity }
        var processes = NamespaceProcesses(besides: survey.seen, unasked: Set(tied), isNaming: namingContainers)
        survey.hidden = try processes.look()
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
        if let namespace = mount.namespace(of: containers) {
            namespaces.append(namespace)
        } else if mount.owner == .rootlessNetwork {
            rootless.append(ContainerNamespace(found, evidence: "rootless network"))
        } else {
            skipped.append(SkippedNamespace(found, containers: containers))
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
        guard !namespaces.isEmpty, Attachments.areVisible else { return }
        let all = namespaces
        var attachments: Attachments
        do {
            let others = rootless.map { $0.found } + skipped.map { $0.found }
            attachments = try Attachments(containers: all.map { $0.found }, others: others)
        } catch { return }
        namespaces = []
        for namespace in all {
            if let cause = attachments.cause(toSkip: namespace.found, processes.first(in:)) {
                skipped.append(SkippedNamespace(namespace.found, cause, containers: namespace.containers))
            } else {
                namespaces.append(namespace)
            }
        }
    }

    /// Whether one container's namespace is inside another container, or attached to a namespace that is neither the host's nor its
    /// user's own network: what `all` decides for each. `containers` are the containers' namespaces that are known, `others` what else
    /// its interfaces may lead to, such as the networks of rootless engines.
    ///
    /// Costs one look into it if it has a veth that ends on the host, else also a list of the host's interfaces and a look at each
    /// process.
    ///
    /// - Throws: if the host's interfaces cannot be listed.
    package static func isAttachedElsewhere(
        _ found: FoundNamespace, containers: [FoundNamespace], others: [FoundNamespace]
    ) throws(KernelError) -> Bool {
        guard Attachments.areVisible, !Attachments.haveVeth(toHostFrom: found) else { return false }
        var attachments = try Attachments(containers: containers, others: others)
        return attachments.cause(toSkip: found, NamespaceProcesses.firstOfAll(in:)) != nil
    }

    /// The namespaces that play the host: this program's, and process 1's unless that may not be read.
    private static func hosts() throws(KernelError) -> Set<NetworkNamespace.Identity> {
        let own = try NetworkNamespace.current().identity
        return [own, NetworkNamespace.identityOfInit() ?? own]
    }
}
