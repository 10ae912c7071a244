public import Discovery
import HostCare
public import Keel
public import LinuxSystem
import Netlink

/// Looks at the host and at containers. Nothing is changed, but that looking up a route where several compete is a turn in
/// the kernel's alternation.
///
/// To be used on a thread of its own: it goes into each namespace and comes back.
public struct Examination: ~Copyable {
    private var host: Host
    private let policy: Policy
    private let policyPath: String?
    /// Whether the kernel has iptables-legacy, whose files are then in every namespace.
    private let hasLegacyTables: Bool
    /// Counters of containers, by their places in the diagnosis.
    private var counters: [(place: Int, netstat: Netstat)] = []
    /// Of a process's descriptors, of which it may have 1024, some are for this.
    private static let mostCounters = 512

    /// Opens all that is the host's own. `policyPath` is the policy's document if that is not the host's.
    public init(_ policy: Policy, from policyPath: String? = nil) throws(KernelError) {
        self.policy = policy
        self.policyPath = policyPath
        hasLegacyTables = ["ip", "ip6"].contains { name in
            HookInstallation.text(of: "/proc/thread-self/net/\(name)_tables_names") != nil
        }
        host = try Host()
    }

    /// Looks at all of that, and says what is wrong. `progress` is told how many containers have been looked at.
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
        return diagnosis
    }

    private mutating func observeHost(_ diagnosis: inout Diagnosis, _ survey: Survey) {
        var observation = HostObservation()
        observation.policyPath = policyPath
        do throws(KernelError) {
            var run = HostRun(try Host(), policy, containers: survey.namespaces.map { $0.path })
            observation.state = run.observe()
            observation.plan = run.plan(observation.state)
            observation.evidence = run.evidence(observation.state)
            diagnosis.missHost(run.failures)
            observation.bypasses = try DataPlane.interfaces()
            observation.hooks = try HookInstallation.observe()
        } catch { diagnosis.missHost([error]) }
        observation.forwardsIPv4 = Self.flag("net/ipv4/ip_forward")
        observation.forwardsIPv6 = Self.flag("net/ipv6/conf/all/forwarding")
        observation.reversePathFilterOfAll = Self.number("net/ipv4/conf/all/rp_filter")
        observation.resetsSent = Netstat.resetsSent()
        observation.filtered = Netstat()?.filteredReversePaths().map { FilterCount(count: $0) }
        diagnosis.host = observation
    }

    private func observeAttachments(_ diagnosis: inout Diagnosis) {
        do throws(KernelError) {
            // From inside a user namespace there is no way back.
            guard host.isOwn(try NetworkNamespace.current()) else { return }
            try diagnosis.host.observeAttachments(of: diagnosis.observations)
            diagnosis.host.observeTranslation(of: diagnosis.observations)
        } catch { diagnosis.missHost([error], what: "where containers enter the host") }
    }

    private static func number(_ path: String) -> Int? {
        do { return try Sysctl(path).readIfPresent() } catch { return nil }
    }

    private static func flag(_ path: String) -> Bool? { number(path).map { $0 != 0 } }

    /// Nil for one that has gone meanwhile, which of those that were named one by one is an error.
    private mutating func observe(
        _ found: ContainerNamespace, isNamed: Bool, _ conntrackMax: Int?
    ) throws(KernelError) -> (ContainerObservation, Netstat?)? {
        let namespace: NetworkNamespace
        do { namespace = try NetworkNamespace(path: found.path) } catch {
            if !isNamed && [.noEntry, .noSuchProcess, .invalid].contains(error.errno) { return nil }
            throw error
        }
        guard !host.isOwn(namespace) else {
            if !isNamed { return nil }
            throw KernelError(
                "look at \(found.path) as a container's", .invalid,
                explanation: "it is the host's own network namespace")
        }
        var container = try Container(onlyLookingAt: namespace, of: host)
        var snapshot = try container.observe(from: host)
        snapshot.namesAreRandom = found.hasRandomNames
        let attachments = try host.attachments(of: container, snapshot)
        snapshot.doubtfulGateways = try container.ask(snapshot.gatewaysThatMatter, &host, attachments, isAsking: false)
        var observation = ContainerObservation(found, snapshot, plan: [])
        observation.policyPath = policyPath
        do { observation.plan = try snapshot.plan(policy.wanted) } catch { observation.refusal = error }
        observation.attachments = attachments
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

    /// How many seconds a counter is watched for at least.
    private static let window = 0.5

    /// Keeps the counters of containers whose strict filters matter.
    private mutating func keep(_ netstat: Netstat, of observation: ContainerObservation, at place: Int) {
        guard counters.count < Self.mostCounters, !observation.reversePathFindings(policy).isEmpty else { return }
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
    /// More namespaces that are no container's than that are not looked at.
    private static let mostOtherTables = 1024

    /// The tables of namespaces that are nobody's container and translate for some, as those of rootless engines do.
    private func observeOtherTables(_ diagnosis: inout Diagnosis, _ survey: Survey) {
        // In a user namespace there is no way back.
        guard let max = diagnosis.host.state.conntrack?.max, NetworkNamespace.identityOfInit() != nil else { return }
        let others =
            survey.rootless.map { ContainerNamespace(path: $0, evidence: "rootless network") }
            + survey.skipped.map { ContainerNamespace(path: $0.path, evidence: "named", containers: $0.containers) }
        for other in others.prefix(Self.mostOtherTables) {
            do throws(KernelError) {
                let namespace = try NetworkNamespace(path: other.path)
                guard !host.isOwn(namespace) else { continue }
                let identity = namespace.identity
                let table = try host.inside(namespace) { () throws(KernelError) in
                    OwnTable.observe(identity, max: max, policy)
                }
                if let table, table.isTold(policy) { diagnosis.otherTables.append((other, table)) }
            } catch { continue }
        }
    }

    /// How many more there are now; nil where they cannot be read.
    private func furtherDrops(after first: Int) -> Int? {
        do throws(KernelError) { return try ConntrackStatistics.observe().map { max($0.drops - first, 0) } } catch {
            return nil
        }
    }
}

extension ConntrackStatistics {
    /// Packets and flows that a table without room has cost. A packet that lost a race to insert its flow counts as dropped,
    /// too, and has nothing to do with room.
    var drops: Int { max(drop - insertFailed, 0) + earlyDrop }
}

extension Policy {
    /// What would be wanted if nothing were to be kept as it is: a diagnosis is told all the same.
    var wanted: Policy {
        var wanted = self
        if wanted.defaultRoute.mode == .keep { wanted.defaultRoute.mode = .distinct }
        if wanted.rpFilter == .keep { wanted.rpFilter = .loose }
        return wanted
    }
}
