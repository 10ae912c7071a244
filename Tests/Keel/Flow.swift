import Netlink

@testable import Keel

/// A packet for somewhere far away, as the kernel's lookup sees it.
struct Flow: Hashable, CustomStringConvertible {
    var version: IPVersion
    /// The address that it is sent from; nil for a socket that is bound to none.
    var source: IPAddress?
    /// The index of the interface that its socket is bound to.
    var device: UInt32?
    /// The index of the interface that it came in by, if it is forwarded.
    var arrival: UInt32?

    var description: String {
        let source = source.map { " from \($0)" } ?? ""
        let device = device.map { " bound to \($0)" } ?? ""
        return "\(version)\(source)\(device)\(arrival.map { " forwarded from \($0)" } ?? "")"
    }
}

/// The model's lookup, after `net/core/fib_rules.c`, `net/ipv4/fib_trie.c` and `net/ipv6/route.c`.
extension TestContainer {
    /// The next hops among which the kernel has nothing to choose by; none where nothing leads there.
    func ways(_ flow: Flow) -> Set<NextHop> {
        for rule in snapshot.rules ?? [] where matches(rule, flow) {
            // What leads nowhere ends the search.
            guard let found = lookUp(rule.table, flow) else { return [] }
            // There are no routes but default ones here.
            let isSuppressed = { (hop: NextHop) in
                rule.suppressedPrefixLength != nil
                    || rule.suppressedGroup.map { group in
                        snapshot.links.contains { $0.index == hop.interface && $0.group == group }
                    }
                        ?? false
            }
            let left = found.filter { !isSuppressed($0) }
            if !left.isEmpty { return Set(left) }
        }
        return []
    }

    private func matches(_ rule: PolicyRule, _ flow: Flow) -> Bool {
        let name = { (index: UInt32?) in snapshot.links.first { $0.index == index ?? 1 }?.name }
        guard rule.version == flow.version, !rule.asksForMore else { return false }
        if let source = rule.source, flow.source.map({ !source.contains($0) }) ?? true { return false }
        if let input = rule.inputInterface, input != name(flow.arrival) { return false }
        if let output = rule.outputInterface, flow.device == nil || output != name(flow.device) { return false }
        return true
    }

    /// Nil where a route says that nothing leads there.
    private func lookUp(_ table: UInt32, _ flow: Flow) -> [NextHop]? {
        let routes = snapshot.routes.filter { $0.version == flow.version && $0.table == table && $0.typeOfService == 0 }
        for level in routes.map({ Level($0) }).sorted() {
            let equals = routes.filter { Level($0) == level }
            // In IPv6 what leads nowhere is by lo.
            if equals.contains(where: { !$0.isUnicast }), flow.version == .v4 || flow.device == nil { return nil }
            let hops = equals.filter { $0.isUnicast }.flatMap { $0.nextHops }.filter {
                flow.device == nil || $0.interface == flow.device
            }
            if !hops.isEmpty { return hops.map(\.plain) }
        }
        return []
    }

    /// Sockets of every kind that there can be here: bound to nothing, to each address, to each device; and what is forwarded.
    var flows: [Flow] { IPVersion.allCases.flatMap { flows($0) } }

    private func flows(_ version: IPVersion) -> [Flow] {
        let elsewhere = ipAddress(version == .v4 ? "192.0.2.9" : "2001:db8::9")
        var flows = [Flow(version: version)]
        let addresses = snapshot.addresses.filter { $0.address.version == version }
        for address in addresses {
            flows.append(Flow(version: version, source: address.address))
            flows.append(Flow(version: version, source: address.address, device: address.interface))
        }
        for link in snapshot.links where !link.isLoopback {
            flows.append(Flow(version: version, device: link.index))
            for source in [elsewhere] + addresses.map({ $0.address }) {
                flows.append(Flow(version: version, source: source, arrival: link.index))
            }
        }
        return flows
    }
}

extension NextHop {
    /// Without its weight, which a leg of a multipath route has and the same as a route of its own has not.
    var plain: NextHop {
        var hop = self
        hop.hops = 0
        return hop
    }
}
