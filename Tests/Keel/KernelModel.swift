import LinuxSystem
import Netlink

@testable import Keel

// A model of what a container's kernel makes of changes, after `net/ipv4/fib_trie.c`, `net/ipv6/ip6_fib.c` and
// `net/core/fib_rules.c`, as far as default routes go.

extension TestContainer {
    /// What the kernel would not do.
    struct Refusal: Error, CustomStringConvertible {
        let errno: Errno
        let action: Change.Action

        var description: String { "\(errno): \(action)" }
    }

    mutating func apply(_ action: Change.Action) throws(Refusal) {
        let refused: Errno?
        switch action {
        case .addRoute(let route): refused = route.version == .v4 ? addIPv4(route) : addIPv6(route)
        case .deleteRoute(let route): refused = route.version == .v4 ? deleteIPv4(route) : deleteIPv6(route)
        case .addRule(let rule): refused = add(rule)
        case .deleteRule(let rule): refused = delete(rule)
        case .set(let sysctl, let value): refused = set(sysctl, value)
        case .setGroup(let link, let group): refused = setGroup(link, group)
        case .commit: refused = .invalid
        }
        if let refused { throw Refusal(errno: refused, action: action) }
    }

    /// Behind the others of its metric.
    private mutating func insert(_ route: Route) {
        let routes = snapshot.routes
        let place = routes.firstIndex {
            $0.version == route.version && $0.table == route.table && $0.metric > route.metric
        }
        snapshot.routes.insert(route, at: place ?? routes.endIndex)
    }

    private mutating func addIPv4(_ route: Route) -> Errno? {
        guard !snapshot.routes.contains(route) else { return .exists }
        guard isReachable(route) else { return .noDevice }
        insert(route)
        return nil
    }

    private func isReachable(_ route: Route) -> Bool {
        route.isBlackhole || route.nextHops.allSatisfy { hop in snapshot.links.contains { $0.index == hop.interface } }
    }

    private mutating func deleteIPv4(_ route: Route) -> Errno? {
        let place = snapshot.routes.firstIndex { held in
            held.version == .v4 && held.table == route.table && held.typeOfService == route.typeOfService
                && held.type == route.type && held.scope == route.scope && held.protocol == route.protocol
                // Metric 0 stands for any.
                && (route.metric == 0 || held.metric == route.metric)
                && (route.preferredSource == nil || held.preferredSource == route.preferredSource)
                && held.nextHopObject == route.nextHopObject
                && (held.nextHopObject != nil || matches(held.nextHops, route.nextHops))
        }
        guard let place else { return .noSuchProcess }
        snapshot.routes.remove(at: place)
        return nil
    }

    /// As `fib_nh_match` has it: one hop stands for any route that begins with it, several for any that they begin with.
    private func matches(_ held: [NextHop], _ hops: [NextHop]) -> Bool {
        hops.count == 1
            ? matches(held[0], hops[0]) : zip(held, hops).allSatisfy { matches($0, $1) } && held.count <= hops.count
    }

    /// Routes of equal metric merge, unless one is advertised, without a gateway, or refers to an object.
    private mutating func addIPv6(_ route: Route) -> Errno? {
        guard isReachable(route) else { return .noDevice }
        var route = route
        if route.metric == 0 { route.metric = 1024 }
        let equals = snapshot.routes.indices.filter { index in
            let held = snapshot.routes[index]
            return held.version == .v6 && held.table == route.table && held.metric == route.metric
        }
        for index in equals where isDuplicate(snapshot.routes[index], route) {
            // Only the lifetime is taken over, and only by one that has one.
            if snapshot.routes[index].lifetime != nil { snapshot.routes[index].lifetime = route.lifetime }
            return .exists
        }
        if merges(route), let index = equals.first(where: { merges(snapshot.routes[$0]) }) {
            snapshot.routes[index].nextHops += route.nextHops
        } else {
            insert(route)
        }
        return nil
    }

    private func isDuplicate(_ held: Route, _ route: Route) -> Bool {
        guard held.nextHopObject == nil && route.nextHopObject == nil else {
            return held.nextHopObject == route.nextHopObject
        }
        return held.nextHops.contains {
            $0.interface == route.nextHops[0].interface && $0.gateway == route.nextHops[0].gateway
        }
    }

    private func merges(_ route: Route) -> Bool {
        route.protocol != 9 && route.nextHopObject == nil && route.nextHops[0].gateway != nil
    }

    /// Without a gateway every leg goes; with it, the one.
    private mutating func deleteIPv6(_ route: Route) -> Errno? {
        var deleted = false
        for hop in route.nextHops {
            let place = snapshot.routes.firstIndex { held in
                held.version == .v6 && held.table == route.table && held.type == route.type
                    && held.protocol == route.protocol && held.nextHopObject == route.nextHopObject
                    && (route.metric == 0 || held.metric == route.metric)
                    && (held.nextHopObject != nil || held.nextHops.contains { matches($0, hop) })
            }
            guard let place else { continue }
            deleted = true
            let isWhole = hop.gateway == nil || snapshot.routes[place].nextHopObject != nil
            var held = snapshot.routes.remove(at: place)
            held.nextHops.removeAll { isWhole || matches($0, hop) }
            if !held.nextHops.isEmpty { snapshot.routes.insert(held, at: place) }
            if isWhole { break }
        }
        return deleted ? nil : .noSuchProcess
    }

    private func matches(_ held: NextHop, _ hop: NextHop) -> Bool {
        held.interface == hop.interface && (hop.gateway == nil || held.gateway == hop.gateway)
    }
}

extension TestContainer {
    private mutating func add(_ rule: PolicyRule) -> Errno? {
        guard var rules = snapshot.rules else { return .notSupported }
        guard !rules.contains(rule) else { return .exists }
        let place = rules.firstIndex { $0.version == rule.version && $0.priority > rule.priority }
        rules.insert(rule, at: place ?? rules.endIndex)
        snapshot.rules = rules
        return nil
    }

    private mutating func delete(_ rule: PolicyRule) -> Errno? {
        guard let place = snapshot.rules?.firstIndex(of: rule) else { return .noEntry }
        snapshot.rules?.remove(at: place)
        return nil
    }

    private mutating func setGroup(_ link: Link, _ group: UInt32) -> Errno? {
        guard let place = snapshot.links.firstIndex(where: { $0.index == link.index }) else { return .noDevice }
        snapshot.links[place].group = group
        return nil
    }

    private mutating func set(_ sysctl: Sysctl, _ value: Int) -> Errno? {
        if sysctl == Sysctl(family: "ipv4", interface: "default", "rp_filter") {
            snapshot.reversePathFilterOfDefault = value
            return nil
        }
        for index in snapshot.links.indices {
            let name = snapshot.links[index].name
            if sysctl == Sysctl(family: "ipv4", interface: name, "rp_filter") {
                snapshot.links[index].reversePathFilter = value
                return nil
            }
            if sysctl == Sysctl(family: "ipv6", interface: name, "ra_defrtr_metric") {
                snapshot.links[index].routerAdvertisementMetric = UInt32(value)
                return nil
            }
        }
        return .noEntry
    }
}
