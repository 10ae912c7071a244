public import Discovery
import Keel
import LinuxSystem
import Netlink

/// A container at a glance.
public struct ContainerSummary: Sendable {
    /// What Evenkeel does with it.
    public enum State: String, CaseIterable, Sendable {
        /// It is as the policy says.
        case kept
        /// Its start asked to be left alone.
        case skipped
        /// It was not set up by Evenkeel, or is no longer as that would set it up.
        case unguarded = "not guarded"
        /// Another program keeps undoing what the watcher does.
        case contested
    }

    /// An interface that the container was connected by, and its network's name if an engine gave it one.
    public struct Network: Sendable {
        public let interface: String
        public let name: String?
    }

    public let container: ContainerNamespace
    public let networks: [Network]
    /// By what each family leaves; nil where it has no address of the family, empty without a default route.
    public let ways: (ipv4: [Network]?, ipv6: [Network]?)
    public let state: State
}

extension Diagnosis {
    /// The containers by name.
    public var summaries: [ContainerSummary] { observationsByName.map { $0.summary(host, policy) } }

    /// What was seen of the containers, by name.
    package var observationsByName: [ContainerObservation] {
        observations.sorted { isNaturallyOrdered($0.container.title, $1.container.title) }
    }
}

extension ContainerObservation {
    fileprivate func summary(_ host: HostObservation, _ hostPolicy: Policy) -> ContainerSummary {
        let policy = policy(over: hostPolicy)
        let attached = snapshot.links.filter { isAttached($0.index) }.sorted { isNaturallyOrdered($0.name, $1.name) }
        return ContainerSummary(
            container: container, networks: attached.map { network($0.index) },
            ways: (way(.v4, policy), way(.v6, policy)), state: state(host, policy))
    }

    private func network(_ interface: UInt32) -> ContainerSummary.Network {
        .init(interface: printable(name(of: interface)), name: networks.network(of: interface).map(printable))
    }

    private func way(_ version: IPVersion, _ policy: Policy) -> [ContainerSummary.Network]? {
        if networks(version).isEmpty { return nil }
        let rivals = snapshot.competingDefaults(version, policy.defaultRoute)
        if snapshot.sharing(among: rivals) != nil { return rivals.map { network($0.leg.nextHops[0].interface) } }
        return defaultInterface(version).map { [network($0)] } ?? []
    }

    private func state(_ host: HostObservation, _ policy: Policy) -> ContainerSummary.State {
        if policy.leavesAlone(snapshot.mark) { return .skipped }
        if host.watcher?.contests.contains(where: { isAbout($0) }) == true { return .contested }
        guard snapshot.mark != nil, refusal == nil else { return .unguarded }
        return guardFindings(host, policy, besides: []).isEmpty ? .kept : .unguarded
    }
}
