import Keel
import Netlink

/// How the kernel shares packets out among default routes of one metric; each was seen.
enum KernelSelection: Hashable {
    /// IPv4 routes beside one another, `fib_select_default` of net/ipv4/fib_semantics.c: one after the other with each
    /// look-up, unless the first one's gateway is REACHABLE.
    case turns
    /// The legs of one route: by a hash of the flow's addresses.
    case hash
    /// IPv6 routes beside one another, `rt6_select` of net/ipv6/route.c: the first, unless its gateway has FAILED.
    case firstThatAnswers

    /// What the kernel does, in a summary.
    var text: String {
        switch self {
        case .turns: "the kernel takes turns"
        case .hash: "each flow leaves by one, as a hash has it"
        case .firstThatAnswers: "the kernel takes the first whose gateway answers"
        }
    }

    /// The same, of interfaces.
    func text(of interfaces: [InterfaceName]) -> String {
        let names = interfaces.joined(separator: " and ")
        switch self {
        case .turns: return "\(names) take turns"
        case .hash: return "\(names) each take a share of the flows"
        case .firstThatAnswers: return "\(names): the first whose gateway answers takes all"
        }
    }

    var consequence: String {
        switch self {
        case .turns:
            "works about half of the time: packets leave by one network with the address of another, and they or their "
                + "replies are dropped where reverse paths are filtered; published ports answer some clients and not others"
        case .hash:
            "some connections work and others never do: a flow that leaves by the other network than its address belongs "
                + "to is dropped where source addresses are checked, and it is the same each time it is tried again"
        case .firstThatAnswers:
            "answers from the other network's addresses leave by the first and are dropped where source addresses are "
                + "checked; which is the first may be another after a restart, or when its gateway is slow to answer"
        }
    }

    var severity: Finding.Severity {
        switch self {
        case .turns, .hash: .error
        case .firstThatAnswers: .warning
        }
    }
}

extension NamespaceSnapshot {
    /// Nil where nobody competes. What comes first in the kernel's order decides.
    func sharing(among rivals: [CompetingDefault]) -> KernelSelection? {
        guard let best = rivals.first else { return nil }
        let first = routes.first { route in
            route.version == best.leg.version && route.table == Route.mainTable && route.metric == best.leg.metric
                && route.isUnicast && route.nextHops.contains { hop in rivals.contains { $0.isBy(hop) } }
        }
        if let first, first.nextHops.count > 1 { return .hash }
        return best.leg.version == .v4 ? .turns : .firstThatAnswers
    }
}

extension CompetingDefault {
    fileprivate func isBy(_ hop: NextHop) -> Bool {
        leg.nextHops[0].interface == hop.interface && leg.nextHops[0].gateway == hop.gateway
    }
}
