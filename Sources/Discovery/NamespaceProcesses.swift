import LinuxSystem

/// The processes of this host in network namespaces other than the host's own, by namespace.
struct NamespaceProcesses {
    /// The processes of one namespace.
    struct Group {
        /// By its first container's first process, or else by its first process.
        fileprivate(set) var found: FoundNamespace
        /// Each container once, with its first process.
        var containers: [ContainerIdentity] = []
        /// The first of its processes.
        fileprivate var processes: [Process] = []
    }

    /// The groups in the order of their first processes.
    private(set) var groups: [Group] = []
    private var places: [NetworkNamespace.Identity: Int] = [:]
    private let others: Set<NetworkNamespace.Identity>
    /// Namespaces whose containers nobody asks for.
    private let unasked: Set<NetworkNamespace.Identity>
    private let isNaming: Bool
    /// Tasks of containerd by the pid of their first process.
    private let tasks: [Int32: ContainerIdentity]
    private var names = Names()
    /// In a user namespace the ids are others, and this program has no more rights than that user.
    private let believesAll = UserNamespace.outerUser() != nil

    /// `unasked`: namespaces whose containers nobody asks for. Without `isNaming`, names are looked up only where nothing else tells the
    /// engine.
    init(
        besides others: Set<NetworkNamespace.Identity>, unasked: Set<NetworkNamespace.Identity> = [],
        isNaming: Bool = true
    ) {
        self.others = others
        self.unasked = unasked
        self.isNaming = isNaming
        tasks = ContainerdTask.byPID()
    }

    /// The most containers kept for a namespace: more than any pod has.
    private static let limit = 256
    /// The most processes of a namespace that are asked who started them.
    private static let mostAsked = 8

    /// Looks at every process. Returns the containers of processes whose namespace this user may not inspect.
    ///
    /// Most processes of a host are the host's, and cost one `stat(2)` each.
    mutating func look() throws(KernelError) -> [HiddenContainer] {
        var hidden: [HiddenContainer] = []
        var hiddenIDs: Set<String> = []
        for process in try Process.all() {
            do throws(KernelError) {
                let namespace = try process.namespace()
                if !others.contains(namespace) { add(process, namespace) }
            } catch {
                guard error.errno == .accessDenied, let container = process.controlGroup?.container,
                    hiddenIDs.insert(container.id).inserted
                else { continue }
                hidden.append(HiddenContainer(container: container, error: error))
            }
        }
        return hidden
    }

    func containers(in namespace: NetworkNamespace.Identity) -> [ContainerIdentity] {
        self[namespace]?.containers ?? []
    }

    /// The first of a namespace's processes.
    func first(in namespace: NetworkNamespace.Identity) -> [Process] { self[namespace]?.processes ?? [] }

    /// The same for a namespace of which nothing is known yet, by a look at every process; empty if `/proc` cannot be listed.
    static func firstOfAll(in namespace: NetworkNamespace.Identity) -> [Process] {
        do {
            let processes = try Process.all().lazy.filter { $0.foundNamespace?.identity == namespace }
            return Array(processes.prefix(mostAsked))
        } catch { return [] }
    }

    private subscript(namespace: NetworkNamespace.Identity) -> Group? { places[namespace].map { groups[$0] } }

    private mutating func add(_ process: Process, _ namespace: NetworkNamespace.Identity) {
        let place = places[namespace] ?? groups.count
        if place == groups.count {
            places[namespace] = place
            let found = FoundNamespace("/proc/\(process.id)/ns/net", as: namespace)
            groups.append(Group(found: found))
        }
        if groups[place].processes.count < Self.mostAsked { groups[place].processes.append(process) }
        guard !unasked.contains(namespace), groups[place].containers.count < Self.limit else { return }
        let group = process.controlGroup
        if let group, has(group.container, place) { return }
        guard let claim = believedClaim(process, group, place), !has(claim.container, place) else { return }
        if groups[place].containers.isEmpty {
            groups[place].found = FoundNamespace("/proc/\(process.id)/ns/net", as: namespace)
        }
        groups[place].containers.append(named(claim, process, place))
    }

    private func has(_ container: ContainerIdentity, _ place: Int) -> Bool {
        groups[place].containers.contains { $0.id == container.id }
    }

    private func believedClaim(_ process: Process, _ group: ControlGroup?, _ place: Int) -> Claim? {
        if let claim = group?.claim, isBelieved(claim, place) { return claim }
        if let task = tasks[process.id], process.hasShim { return Claim(container: task, user: 0) }
        // Only the container's first process has conmon as its parent.
        guard groups[place].containers.isEmpty, let claim = process.monitored, isBelieved(claim, place) else {
            return nil
        }
        return claim
    }

    private func isBelieved(_ claim: Claim, _ place: Int) -> Bool {
        believesAll || claim.user == 0 || claim.user == groups[place].found.owner
    }

    private mutating func named(_ claim: Claim, _ process: Process, _ place: Int) -> ContainerIdentity {
        let isNamed = isNaming || claim.container.engine == nil
        var container = isNamed ? names.named(claim) : claim.container
        container.pid = process.id
        if isNamed, container.name == nil, let monitored = process.monitored, monitored.container.id == container.id,
            isBelieved(monitored, place)
        {
            container.name = monitored.container.name
            container.engine = container.engine ?? monitored.container.engine
        }
        return container
    }
}

extension Process {
    /// Its network namespace, at a path that ends with it. Nil if it has gone, or this user may not inspect it.
    var foundNamespace: FoundNamespace? {
        do { return FoundNamespace("/proc/\(id)/ns/net", as: try namespace()) } catch { return nil }
    }
}

extension FoundNamespace {
    /// The user that it belongs to; nil if it has gone.
    var owner: UInt32? {
        do { return try open().owner() } catch { return nil }
    }
}
