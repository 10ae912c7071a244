import Keel
import Netlink

/// How the kernel chooses among default routes of one metric. Each case was observed.
package enum KernelSelection: Hashable {
    /// Separate IPv4 routes: each look-up takes the next one, unless the first one's gateway is REACHABLE.
    /// `fib_select_default` of net/ipv4/fib_semantics.c.
    case turns
    /// One multipath route: a hash of the flow's addresses chooses the leg.
    case hash
    /// Separate IPv6 routes: the first one, unless its gateway is FAILED. `rt6_select` of net/ipv6/route.c.
    case firstThatAnswers

    /// The behaviour, for a finding's summary.
    package var text: String {
        switch self {
        case .turns: "the kernel takes turns"
        case .hash: "a hash chooses one for each flow"
        case .firstThatAnswers: "the kernel takes the first whose gateway answers"
        }
    }

    /// The behaviour in terms of these interfaces.
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
            "some connections work and others never do: a flow that leaves by another network than that of its address is "
                + "dropped where source addresses are checked, and every retry leaves the same way"
        case .firstThatAnswers:
            "answers from the other network's addresses leave by the first and are dropped where source addresses are "
                + "checked; another may be the first after a restart, or when a gateway is slow to answer"
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
    /// Nil if no routes compete. The first matching route in the kernel's order decides: multipath or separate.
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
