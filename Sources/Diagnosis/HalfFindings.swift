import Keel
import Netlink

// Routes to one half of all addresses that several networks have with one metric. They act as default routes but are none, so
// Evenkeel changes nothing about them.

extension ContainerObservation {
    var halfFindings: [Finding] {
        let rivals = IPVersion.allCases.flatMap { version in
            [false, true].flatMap { isUpper in competingHalves(version, isUpper: isUpper) }
        }
        guard let first = rivals.first else { return [] }
        return [
            Finding(
                .duplicateSplitDefault, .information, at: place,
                "several networks each have a route to the same half of all addresses, with one metric",
                evidence: rivals.map { text(of: $0) },
                consequence: first.half.version == .v4
                    ? "the kernel takes the route that was added first, which may be another after a restart; packets with "
                        + "another network's address leave by it, too, and are dropped where source addresses are checked. "
                        + "Evenkeel handles only default routes"
                    : "a hash chooses the route of each flow, whatever its source address; a flow with another network's "
                        + "address is dropped where source addresses are checked. Evenkeel handles only default routes",
                remedy:
                    "(replace the halves by a default route, or give one network's halves another metric: in CNI the "
                    + "\"routes\" of its ipam, in podman --route)")
        ]
    }

    private struct Leg {
        let half: HalfRoute
        let hop: NextHop
    }

    /// The legs of one half that share the best metric; none if all are one network's.
    private func competingHalves(_ version: IPVersion, isUpper: Bool) -> [Leg] {
        let halves = several.halves.filter { $0.version == version && $0.isUpper == isUpper }
        let best = halves.map { $0.metric }.min()
        let legs = halves.filter { $0.metric == best }.flatMap { half in
            half.nextHops.filter { !$0.isDead && isAttached($0.interface) }.map { Leg(half: half, hop: $0) }
        }
        return Set(legs.map { $0.hop.interface }).count > 1 ? legs : []
    }

    private func text(of leg: Leg) -> String {
        let gateway = leg.hop.gateway.map { "via \($0) " } ?? ""
        return "\(leg.half.prefix) \(gateway)dev \(name(of: leg.hop.interface)) metric \(leg.half.metric)"
    }
}
