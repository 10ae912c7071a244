import LinuxSystem

/// The processes of this host in network namespaces other than the host's own, by namespace.
struct NamespaceProcesses {
    /// The processes of one namespace.
    struct Group {
        let namespace: NetworkNamespace.Identity
        /// The first process.
        let pid: Int32
        /// Each container once, with its first process.
        var containers: [ContainerIdentity] = []
    }

    /// The groups in the order of their first processes.
    private(set) var groups: [Group] = []
    private var places: [NetworkNamespace.Identity: Int] = [:]
    private let others: Set<NetworkNamespace.Identity>
    /// Tasks of containerd by the pid of their first process.
    private let tasks: [Int32: ContainerIdentity]
    private var names = Names()

    init(besides others: Set<NetworkNamespace.Identity>) {
        self.others = others
        tasks = ContainerdTask.byPID()
    }

    /// The most containers kept for a namespace: more than any pod has.
    private static let limit = 256

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
                guard error.errno == .accessDenied, let container = process.container,
                    hiddenIDs.insert(container.id).inserted
                else { continue }
                hidden.append(HiddenContainer(container: container, error: error))
            }
        }
        return hidden
    }

    func containers(in namespace: NetworkNamespace.Identity) -> [ContainerIdentity] {
        places[namespace].map { groups[$0].containers } ?? []
    }

    private mutating func add(_ process: Process, _ namespace: NetworkNamespace.Identity) {
        let place = places[namespace] ?? groups.count
        if place == groups.count {
            places[namespace] = place
            groups.append(Group(namespace: namespace, pid: process.id))
        }
        guard groups[place].containers.count < Self.limit, var container = container(of: process, groups[place])
        else { return }
        container.pid = process.id
        if !groups[place].containers.contains(where: { $0.id == container.id }) {
            groups[place].containers.append(names.named(container, process))
        }
    }

    private func container(of process: Process, _ group: Group) -> ContainerIdentity? {
        if let container = process.container { return container }
        if let task = tasks[process.id] { return task }
        // Only the container's first process has conmon as its parent.
        return group.containers.isEmpty ? process.containerOfMonitor : nil
    }
}
