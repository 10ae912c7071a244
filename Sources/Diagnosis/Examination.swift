public import Discovery
import EngineNetworks
import HostCare
public import Keel
public import LinuxSystem
import Netlink
import WatchClient

/// Looks at the host and at containers, and changes nothing. One effect remains: where default routes compete, each look-up
/// is a turn in the kernel's alternation.
///
/// Use it on a thread of its own: it enters each namespace and comes back.
public struct Examination: ~Copyable {
    private var host: Host
    private let policy: Policy
    private let policyFaults: [PolicyError]
    private let policyPath: String?
    /// Whether the kernel has iptables-legacy; its files are then in every namespace.
    private let hasLegacyTables: Bool
    private let networks = KnownNetworks()
    /// Open counters of containers, with their indexes in the diagnosis's observations.
    private var counters: [(place: Int, netstat: Netstat)] = []
    /// The most counters kept open: half of the 1024 descriptors that a process may have.
    private static let mostCounters = 512

    /// Opens what belongs to the host. `policyPath` is the path of the policy if it is not the host's own.
    public init(_ policy: HostPolicy, from policyPath: String? = nil) throws(KernelError) {
        self.policy = policy.policy
        policyFaults = policy.faults
        self.policyPath = policyPath
        hasLegacyTables = ["ip", "ip6"].contains { name in
            HookInstallation.text(of: "/proc/thread-self/net/\(name)_tables_names") != nil
        }
        host = try Host()
    }

    /// Observes the host and the survey's namespaces. `progress` gets the number of namespaces done so far.
    public mutating func diagnose(_ survey: Survey, progress: (Int) -> Void) -> Diagnosis {
        var diagnosis = Diagnosis(policy)
        diagnosis.note(survey)
        observeHost(&diagnosis, survey)
        let conntrackMax = diagnosis.host.state.conntrack?.max
        for (index, namespace) in survey.namespaces.enumerated() {
            progress(index)
            do throws(KernelError) {
                guard let observation = try observe(namespace, isNamed: survey.isNamed, conntrackMax) else { continue }
                diagnosis.observations.append(observation.0)
                if let netstat = observation.1 {
                    keep(netstat, of: observation.0, at: diagnosis.observations.count - 1)
                }
            } catch { diagnosis.miss(namespace, error) }
        }
        observeAttachments(&diagnosis)
        observeOtherTables(&diagnosis, survey)
        countAgain(&diagnosis)
        // Not before: a counter knows its container by its place.
        diagnosis.sortByName()
        return diagnosis
    }

    /// Observes what a line for each container tells: without what only findings need, and without a look-up of a route.
    /// `counting`: also what reverse path filters have dropped in each, and by what the host itself leaves.
    public mutating func overview(_ survey: Survey, counting: Bool = false) -> Diagnosis {
        var diagnosis = Diagnosis(policy)
        diagnosis.note(survey)
        observeHost(&diagnosis, survey)
        for namespace in survey.namespaces {
            do throws(KernelError) {
                let depth: Depth = counting ? .counters : .state
                guard let found = try observe(namespace, isNamed: survey.isNamed, nil, depth) else { continue }
                diagnosis.observations.append(found.0)
            } catch { diagnosis.miss(namespace, error) }
        }
        observeAttachments(&diagnosis)
        if counting { observeUplinks(&diagnosis) }
        return diagnosis
    }

    private mutating func observeHost(_ diagnosis: inout Diagnosis, _ survey: Survey) {
        var observation = HostObservation()
        observation.policyPath = policyPath
        observation.policyFaults = policyFaults
        do throws(KernelError) {
            var run = HostRun(try Host(), policy, containers: survey.namespaces.map { $0.found })
            observation.state = run.observe()
            observation.plan = run.plan(observation.state)
            observation.evidence = run.evidence(observation.state)
            diagnosis.missHost(run.failures)
            observation.bypasses = try DataPlane.interfaces()
            observation.hooks = try HookInstallation.observe()
            observation.runtimes = try ObservedRuntime.all()
        } catch { diagnosis.missHost([error]) }
        observation.watcher = Self.watcher
        observation.forwardsIPv4 = Self.flag("net/ipv4/ip_forward")
        observation.forwardsIPv6 = Self.flag("net/ipv6/conf/all/forwarding")
        observation.reversePathFilterOfAll = Self.number("net/ipv4/conf/all/rp_filter")
        observation.resetsSent = Netstat.resetsSent()
        observation.filtered = Netstat()?.filteredReversePaths().map { FilterCount(count: $0) }
        diagnosis.host = observation
    }

    private func observeAttachments(_ diagnosis: inout Diagnosis) {
        do throws(KernelError) {
            // Inside a user namespace the thread may still be in a container: the kernel refuses the way back.
            guard host.isOwn(try NetworkNamespace.current()) else { return }
            try diagnosis.host.observeAttachments(of: diagnosis.observations)
            diagnosis.host.observeTranslation(of: diagnosis.observations)
        } catch { diagnosis.missHost([error], what: "where containers enter the host") }
    }

    private func observeUplinks(_ diagnosis: inout Diagnosis) {
        do throws(KernelError) {
            // As for the attachments: the thread may still be in a container.
            guard host.isOwn(try NetworkNamespace.current()) else { return }
            try diagnosis.host.observeWaysOut()
        } catch { diagnosis.missHost([error], what: "the host's default routes") }
    }

    /// One that does not answer within a second says nothing.
    private static var watcher: WatcherStatus? {
        do { return try WatcherSocket().status(seconds: 1) } catch { return nil }
    }

    private static func number(_ path: String) -> Int? {
        do { return try Sysctl(path).readIfPresent() } catch { return nil }
    }

    private static func flag(_ path: String) -> Bool? { number(path).map { $0 != 0 } }

    /// How closely to look at a container.
    private enum Depth {
        case state
        case counters
        case everything
    }

    /// Nil if the namespace has gone meanwhile; if the user named it, that is an error.
    private mutating func observe(
        _ found: ContainerNamespace, isNamed: Bool, _ conntrackMax: Int?, _ depth: Depth = .everything
    ) throws(KernelError) -> (ContainerObservation, Netstat?)? {
        let namespace: NetworkNamespace
        do { namespace = try found.found.open() } catch {
            if !isNamed && [.noEntry, .noSuchProcess, .invalid].contains(error.errno) { return nil }
            throw error
        }
        guard !host.isOwn(namespace) else {
            if !isNamed { return nil }
            throw KernelError(
                "look at \(found.path) as a container's", .invalid,
                explanation: "it is the host's own network namespace")
        }
        var container = try Container(namespace, of: host, .onlyLooking)
        var snapshot = try container.observe(from: host)
        snapshot.namesAreRandom = found.hasRandomNames
        let attachments = try host.attachments(of: container, snapshot)
        snapshot.doubtfulGateways = try container.ask(snapshot.gatewaysThatMatter, &host, attachments, .looking)
        let names = NetworkNames(networks.networks(of: container.namespace.engineUser), snapshot, attachments)
        var observation = ContainerObservation(found, snapshot, plan: [])
        observation.networks = names
        observation.wish = container.rememberedWish(snapshot, policy, names)
        observation.unmetWishes = snapshot.unmetWishes(among: observation.wish, names)
        observation.policyPath = policyPath
        let policy = observation.policy(over: policy)
        let kept = snapshot.keptWishes(observation.wish, policy.defaultRoute.mode)
        if !kept.isEmpty { observation.unmetWishes = kept }
        do { observation.plan = try snapshot.plan(policy.wanted) } catch { observation.refusal = error }
        observation.attachments = attachments
        if depth == .counters && snapshot.links.contains(where: { $0.reversePathFilter != nil && !$0.isLoopback }) {
            observation.filtered = try container.look(from: host) { (_) throws(KernelError) in
                Netstat()?.filteredReversePaths().map { FilterCount(count: $0) }
            }
        }
        if depth != .everything { return (observation, nil) }
        let identity = container.namespace.identity
        let hasLegacyTables = hasLegacyTables
        let competes = observation.competes(.v4, policy)
        let rivals = snapshot.competingDefaults(.v4, policy.defaultRoute).map { $0.leg.nextHops[0].interface }
        let netstat = try container.look(from: host) { (socket) throws(KernelError) -> Netstat? in
            let netstat = Netstat()
            observation.filtered = netstat?.filteredReversePaths().map { FilterCount(count: $0) }
            observation.gateways = socket.gateways(snapshot)
            if !observation.gateways.isEmpty { observation.running = try socket.runningLinks() }
            if competes { observation.turns = socket.turns(among: rivals) }
            if !snapshot.hasDefaultRoute(.v4) { observation.leadsBeyond = socket.leadsBeyond }
            observation.observeSeveralNetworks(&socket, hasLegacyTables: hasLegacyTables)
            observation.ownTable = conntrackMax.flatMap { OwnTable.observe(identity, max: $0, policy) }
            return netstat
        }
        return (observation, netstat)
    }

    /// The least time between two readings of a counter, in seconds.
    private static let window = 0.5

    /// Keeps the counters of containers with a finding about reverse path filters.
    private mutating func keep(_ netstat: Netstat, of observation: ContainerObservation, at place: Int) {
        guard counters.count < Self.mostCounters,
            !observation.reversePathFindings(observation.policy(over: policy)).isEmpty
        else { return }
        counters.append((place, netstat))
    }

    private mutating func countAgain(_ diagnosis: inout Diagnosis) {
        defer { counters = [] }
        let drops = diagnosis.host.evidence.statistics?.drops ?? 0
        if counters.isEmpty && drops == 0 { return }
        OwnProcess.sleep(milliseconds: UInt32(Self.window * 1000))
        for (place, netstat) in counters {
            guard let first = diagnosis.observations[place].filtered, let now = netstat.filteredReversePaths(),
                now >= first.count
            else { continue }
            let rise = FilterCount.Rise(count: now - first.count, seconds: first.time.elapsed)
            diagnosis.observations[place].filtered = FilterCount(count: now, rise: rise)
        }
        if drops > 0 { diagnosis.host.dropsDuringLook = furtherDrops(after: drops) }
    }
}

extension Examination {
    /// The most namespaces without a container that are inspected.
    private static let mostOtherTables = 1024

    /// Observes the tables of namespaces that belong to no container but translate for some, such as rootless engines'.
    private func observeOtherTables(_ diagnosis: inout Diagnosis, _ survey: Survey) {
        // Inside a user namespace the kernel refuses the way back.
        guard let max = diagnosis.host.state.conntrack?.max, NetworkNamespace.identityOfInit() != nil else { return }
        let others =
            survey.rootless + survey.skipped.map { ContainerNamespace($0) }
        for other in others.prefix(Self.mostOtherTables) {
            do throws(KernelError) {
                let namespace = try other.found.open()
                guard !host.isOwn(namespace) else { continue }
                let identity = namespace.identity
                let table = try host.inside(namespace) { () throws(KernelError) in
                    OwnTable.observe(identity, max: max, policy)
                }
                if let table, table.isTold(policy) { diagnosis.otherTables.append((other, table)) }
            } catch { continue }
        }
    }

    /// The drops since the first reading; nil if the counters cannot be read.
    private func furtherDrops(after first: Int) -> Int? {
        do throws(KernelError) { return try ConntrackStatistics.observe().map { max($0.drops - first, 0) } } catch {
            return nil
        }
    }
}

extension ConntrackStatistics {
    /// Packets and flows that were lost because the table was full. `drop` also counts packets that lost a race to insert
    /// their flow (`insertFailed`), which has nothing to do with room.
    var drops: Int { max(drop - insertFailed, 0) + earlyDrop }
}

extension Policy {
    /// The policy with every "keep" replaced by its remedy: what is kept is reported all the same.
    var wanted: Policy {
        var wanted = self
        if wanted.defaultRoute.mode == .keep { wanted.defaultRoute.mode = .distinct }
        if wanted.rpFilter == .keep { wanted.rpFilter = .loose }
        return wanted
    }
}
