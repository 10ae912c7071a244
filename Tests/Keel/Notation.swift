import Netlink

@testable import Keel

// Short spellings, so that a test shows what it is about.

func ipAddress(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}

func prefix(_ text: String) -> IPPrefix {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let length = UInt8(parts[1]),
        let prefix = IPPrefix(ipAddress(String(parts[0])), length: length)
    else { return IPPrefix(host: ipAddress(text)) }
    return prefix
}

extension NextHop {
    init(_ gateway: String?, dev: UInt32) { self.init(interface: dev, gateway: gateway.map { ipAddress($0) }) }
}

extension Route {
    /// A default route with the metric that its family's engines give: 100, or the kernel's own 1024.
    init(via gateway: String?, dev: UInt32, metric: UInt32? = nil) {
        self.init(legs: [NextHop(gateway, dev: dev)], metric: metric)
    }

    init(legs: [NextHop], metric: UInt32? = nil) {
        let version = legs[0].gateway?.version ?? .v4
        self.init(version, metric: metric ?? (version == .v4 ? 100 : 1024), nextHops: legs)
    }

    /// Learnt from a router's advertisement.
    init(advertised gateway: String, dev: UInt32, metric: UInt32 = 1024, lifetime: Int32 = 1800) {
        self.init(via: gateway, dev: dev, metric: metric)
        self.protocol = 9
        self.lifetime = lifetime
    }

    func with(_ change: (inout Route) -> Void) -> Route {
        var route = self
        change(&route)
        return route
    }

    /// The copy that a losing interface's table holds.
    func copied(metric: UInt32? = nil) -> Route {
        with {
            $0.table = 17_739_000 + $0.nextHops[0].interface
            $0.metric = metric ?? $0.metric
        }
    }

    /// The copy that remembers a winner.
    func marked() -> Route { copied().with { $0.protocol = 69 } }

    /// The copy of one that stays in main, for the rules alone.
    func standing() -> Route { copied().with { $0.protocol = 70 } }
}

extension Link {
    /// One whose reverse path filter is loose already.
    init(_ index: UInt32, _ name: String) {
        self.init(index: index, name: InterfaceName(stringLiteral: name))
        kind = "veth"
        reversePathFilter = 2
        routerAdvertisementMetric = 1024
    }
}

extension InterfaceAddress {
    init(_ text: String, dev: UInt32, isPermanent: Bool = true, isGlobal: Bool = true) {
        let parts = text.split(separator: "/")
        let own = ipAddress(String(parts[0]))
        let length = parts.count == 2 ? UInt8(parts[1]) : nil
        self.init(
            interface: dev, address: own, prefixLength: length ?? own.version.bits, isGlobal: isGlobal,
            isPermanent: isPermanent)
    }
}

extension PolicyRule {
    /// `lookup main suppress_prefixlength 0`, the first of ours.
    static func main(_ version: IPVersion) -> PolicyRule {
        PolicyRule(version, priority: 32765, table: 254, protocol: 69, suppressedPrefixLength: 0)
    }

    /// `lookup main suppress_ifgroup 17739`, the second.
    static func foreign(_ version: IPVersion) -> PolicyRule {
        var rule = PolicyRule(version, priority: 32765, table: 254, protocol: 69)
        rule.suppressedGroup = 17739
        return rule
    }

    /// `from PREFIX iif lo lookup` the table of an interface.
    static func from(_ source: String, dev: UInt32) -> PolicyRule {
        var rule = older(source, dev: dev)
        rule.inputInterface = "lo"
        return rule
    }

    /// `oif NAME lookup` the table of that interface.
    static func bound(_ version: IPVersion, _ name: String, dev: UInt32) -> PolicyRule {
        var rule = PolicyRule(version, priority: 32765, table: 17_739_000 + dev, protocol: 69)
        rule.outputInterface = InterfaceName(text: name)
        return rule
    }

    /// `from SOURCE lookup` the table of an interface, as older versions made it.
    static func older(_ source: String, dev: UInt32) -> PolicyRule {
        let source = prefix(source)
        return PolicyRule(
            source.address.version, priority: 32765, table: 17_739_000 + dev, protocol: 69, source: source)
    }
}

extension Policy {
    init(
        _ mode: DefaultRoute.Mode = .distinct, prefer: [String] = [], sourceRules: Bool = true,
        rpFilter: ReversePathFilter = .loose
    ) {
        self.init()
        defaultRoute.mode = mode
        defaultRoute.prefer = prefer.compactMap { Preference($0) }
        defaultRoute.sourceRules = sourceRules
        self.rpFilter = rpFilter
    }
}

extension [Change] {
    var actions: [Change.Action] { map { $0.action } }

    /// What a person reads when they have been carried out.
    var text: [String] { map { $0.done } }
}
