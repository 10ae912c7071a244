import Keel
import LinuxSystem
import Netlink

/// Something that was looked at and is well.
public struct WellCheck: Hashable, Sendable {
    public let place: Finding.Place
    /// What is well, in one line.
    public let text: String
}

extension Diagnosis {
    /// What is well on the host, then in each container: what could be looked at and has no finding.
    public func wellChecks() -> [WellCheck] {
        let found = findings()
        let hostIDs = Set(found.filter { $0.place == .host }.map { $0.id })
        let ofHost = host.checks(hasContainers: !observations.isEmpty)
            .filter { hostIDs.isDisjoint(with: $0.ids) }.map { WellCheck(place: .host, text: printable($0.text)) }
        return ofHost
            + observations.flatMap { observation in
                let ids = Set(found.filter { $0.place == observation.place }.map { $0.id })
                return observation.checks(host, observation.policy(over: policy)).filter {
                    ids.isDisjoint(with: $0.ids)
                }
                .map { WellCheck(place: observation.place, text: printable($0.text)) }
            }
    }
}

/// What was looked at, and the findings that say that it is not well.
private struct Check {
    let text: String
    let ids: [FindingID]

    init(_ text: String, unless ids: FindingID...) { (self.text, self.ids) = (text, ids) }
}

extension HostObservation {
    fileprivate func checks(hasContainers: Bool) -> [Check] {
        var checks = [Check("the policy has no fault", unless: .policyFault)]
        if let snapshot {
            checks.append(
                Check(
                    invalidText(snapshot), unless: .invalidNotDroppedInput, .invalidLeaksForward,
                    .invalidPolicyConflict))
        }
        checks += conntrackChecks
        if hasContainers {
            checks += [
                Check("the host forwards what containers send", unless: .ipForwardOff),
                Check("no filter on the host drops what containers send", unless: .hostRPFilterStrict),
                Check("the engines' address translation is in place", unless: .engineNATGone),
            ]
        }
        if let hooks, !hooks.declarations.isEmpty {
            checks.append(Check("the OCI hook is where the engines look", unless: .hookNotActive))
        }
        if runtimes.contains(where: { !$0.lists.isEmpty }) {
            checks.append(
                Check(
                    "every runtime finds the plugins of its CNI lists", unless: .cniPluginNotFound, .cniListNotGuarded))
        }
        if let watcher {
            let text = "the watcher runs and keeps \(watcher.kept) container\(watcher.kept == 1 ? "" : "s") safe"
            checks.append(Check(text, unless: .contested, .nriDisconnected))
        }
        return checks
    }

    private func invalidText(_ snapshot: HostSnapshot) -> String {
        let tables = [("ip", snapshot.ipv4.state), ("ip6", snapshot.ipv6.state)].filter { $0.1 == .active }.map { $0.0 }
        return tables.isEmpty
            ? "no rule for INVALID segments is needed"
            : "INVALID segments are not reset, by table \(list(tables)) evenkeel"
    }

    private var conntrackChecks: [Check] {
        guard let table = state.conntrack else { return [] }
        var checks = [
            Check("connection tracking has room: \(table.fill.text)", unless: .conntrackFull, .conntrackNearFull),
            Check("no connection was dropped for want of room", unless: .conntrackDrops),
            Check("nobody else sets the table's size", unless: .conntrackLimitConflict),
        ]
        if let seconds = table.tcpEstablishedTimeout {
            checks.append(Check("idle connections are kept for \(seconds) s", unless: .conntrackTimeoutShort))
        }
        return checks
    }
}

extension ContainerObservation {
    fileprivate func checks(_ host: HostObservation, _ policy: Policy) -> [Check] {
        var checks = IPVersion.allCases.compactMap { wayCheck($0, policy) }
        if snapshot.links.contains(where: { !$0.isLoopback && $0.reversePathFilter != nil }) {
            checks.append(Check("its reverse path filters let replies pass", unless: .rpFilterStrict, .rpFilterNoRoute))
        }
        if IPVersion.allCases.contains(where: { networksWithDefault($0).count > 1 }) {
            checks.append(
                Check(
                    "packets leave by the network of their address", unless: .sourceAddressMismatch,
                    .duplicateDefaultRoute, .defaultRouteMultipathV6, .duplicateSplitDefault, .natOnSeveralNetworks))
        }
        if !gateways.isEmpty {
            let text = "no gateway is known to be dead: \(list(gateways.map { $0.address.description }.unique))"
            checks.append(Check(text, unless: .gatewayNotReachable))
        }
        if !attachments.isEmpty {
            checks.append(Check("the MTU is the same on the way to the host", unless: .mtuMismatch))
        }
        if !wish.isEmpty { checks.append(Check("its own wish for a default route is met", unless: .wishUnmet)) }
        if let ownTable {
            let text = "its own connection tracking table has room: \(ownTable.fill.text)"
            checks.append(Check(text, unless: .conntrackFull, .conntrackNearFull))
        }
        if snapshot.mark != nil, !policy.leavesAlone(snapshot.mark), host.snapshot != nil {
            checks.append(Check("it is as Evenkeel sets it up", unless: .containerNotGuarded, .contested))
        }
        return checks
    }

    private func wayCheck(_ version: IPVersion, _ policy: Policy) -> Check? {
        let rivals = snapshot.competingDefaults(version, policy.defaultRoute)
        guard !networks(version).isEmpty, snapshot.sharing(among: rivals) == nil, let way = defaultInterface(version)
        else { return nil }
        return Check("\(version) leaves by one network: \(networkName(of: way))", unless: .duplicateSplitDefault)
    }
}

private func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
}
