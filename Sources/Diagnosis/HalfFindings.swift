import Keel
import Netlink

// Halves of all addresses, which several networks bring with one metric: default routes in all but name. They are no default
// routes, so nothing is done about them.

extension ContainerObservation {
    var halfFindings: [Finding] {
        let rivals = IPVersion.allCases.flatMap { version in
            [false, true].flatMap { isUpper in competingHalves(version, isUpper: isUpper) }
        }
        guard let first = rivals.first else { return [] }
        return [
            Finding(
                .duplicateSplitDefault, .information, at: place,
                "several networks each bring the same half of all addresses, with one metric",
                evidence: rivals.map { text(of: $0) },
                consequence: first.half.version == .v4
                    ? "the kernel takes that which was added first, and another may be first after the next start; what "
                        + "has the address of another network leaves there as well, and is dropped where source addresses "
                        + "are checked. Evenkeel looks after default routes alone"
                    : "each flow leaves by one of them, as a hash has it, with whatever address it has, and is dropped where "
                        + "source addresses are checked. Evenkeel looks after default routes alone",
                remedy:
                    "(bring a default route in place of the halves, or give those of one network another metric: in CNI the "
                    + "\"routes\" of its ipam, in podman --route)")
        ]
    }

    private struct Leg {
        let half: HalfRoute
        let hop: NextHop
    }

    /// The legs of one half that share the best metric; none where they are all of one network.
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
