package import Netlink

// Docker gives a container one default route a family. Its other networks have gateways as well, which Docker's API tells. The watcher
// and the command line ask for them; a container's start never waits for that. A route by such a gateway stands in its interface's
// own table, where the rules find it for packets from that network's addresses or bound to its device. It never competes.

/// The gateways of one family that an engine is known to have for networks without a default route. Routes by others are withdrawn.
package struct Learning: Hashable, Sendable {
    package let version: IPVersion
    package let gateways: [LearntGateway]

    package init(_ version: IPVersion, _ gateways: [LearntGateway]) {
        self.version = version
        self.gateways = gateways
    }

    var adds: Bool { !gateways.isEmpty }
}

package struct LearntGateway: Hashable, Sendable {
    package let address: IPAddress
    /// The index of the interface that leads to it.
    package let interface: UInt32
    /// For people: `Docker's gateway of back`.
    package let source: String

    package init(_ address: IPAddress, on interface: UInt32, source: String) {
        self.address = address
        self.interface = interface
        self.source = source
    }
}

/// A route by a learnt gateway. A class for the reason that `Candidate` is one.
final class LearntRoute: Sendable {
    let candidate: Candidate
    let source: String

    init(_ candidate: Candidate, source: String) {
        self.candidate = candidate
        self.source = source
    }
}

extension DefaultRoutes {
    /// What is held stays if nobody was asked, and unless its gateway fails. Without a winner in main there is none: whoever took that
    /// default away wants no other.
    func findLearnt() -> [LearntRoute] {
        guard policy.learn != .nothing, policy.sourceRules, snapshot.rules != nil, selection.obstacle == nil,
            selection.winner != nil
        else { return [] }
        let known = snapshot.learnings.first { $0.version == version }
        var found: [LearntRoute] = []
        for held in heldLearnt where held.state != .silent && mayBeLearnt(held.link, besides: found) {
            let gateway = known?.gateways.first {
                $0.interface == held.link.index && $0.address == held.hop.gatewayAddress
            }
            if known == nil || gateway != nil { found.append(LearntRoute(held, source: gateway?.source ?? "")) }
        }
        for gateway in known?.gateways ?? [] {
            guard let link = network(gateway.interface), mayBeLearnt(link, besides: found) else { continue }
            let candidate = candidate(link, route(by: gateway), route(by: gateway), level: nil)
            if candidate.state == .answers { found.append(LearntRoute(candidate, source: gateway.source)) }
        }
        return found
    }

    /// Whether an interface has no default, in main or set aside, and may be told from others by rule 2.
    private func mayBeLearnt(_ link: Link, besides found: [LearntRoute]) -> Bool {
        guard link.index != leaving, canHaveRules(link) else { return false }
        for held in main + departing + remembered + takenAway where held.link.index == link.index { return false }
        for other in found where other.candidate.link.index == link.index { return false }
        return true
    }

    private func route(by gateway: LearntGateway) -> Route {
        var route = Route(
            version, metric: version == .v6 ? 1024 : 0,
            nextHops: [NextHop(interface: gateway.interface, gateway: gateway.address)])
        route.protocol = Ours.learntProtocol
        return route
    }
}

extension NamespaceSnapshot {
    /// Whoever was learnt must answer as well.
    @inline(never)
    func addLearnt(to gateways: inout [(address: IPAddress, interface: UInt32)]) {
        for learning in learnings {
            for gateway in learning.gateways {
                let isListed = gateways.contains { $0.address == gateway.address && $0.interface == gateway.interface }
                if !isListed { gateways.append((gateway.address, gateway.interface)) }
            }
        }
    }

    /// The gateways learnt already, with the interfaces that lead to them.
    package var learntGateways: [(address: IPAddress, interface: UInt32)] {
        var gateways: [(address: IPAddress, interface: UInt32)] = []
        for route in routes where route.protocol == Ours.learntProtocol {
            for hop in route.nextHops where route.table == Ours.table(of: hop.interface) {
                if let address = hop.gatewayAddress { gateways.append((address, hop.interface)) }
            }
        }
        return gateways
    }
}
