import LinuxSystem
import Netlink

@testable import Keel

/// A container's namespace as an engine leaves it; `KernelModel.swift` has what its kernel makes of changes.
struct TestContainer {
    var snapshot: NamespaceSnapshot

    init() {
        var loopback = Link(index: 1, name: "lo")
        loopback.isLoopback = true
        loopback.reversePathFilter = 0
        snapshot = NamespaceSnapshot(
            links: [loopback], rules: Self.kernelRules, reversePathFilterOfAll: 0, reversePathFilterOfDefault: 2)
    }

    /// Those that every namespace begins with.
    static let kernelRules: [PolicyRule] = IPVersion.allCases.flatMap { version in
        let tables: [(UInt32, UInt32)] =
            version == .v4 ? [(0, 255), (32766, 254), (32767, 253)] : [(0, 255), (32766, 254)]
        return tables.map { PolicyRule(version, priority: $0.0, table: $0.1, protocol: 2) }
    }

    /// Connects a network: its interface, the addresses on it, and what its engine adds to main.
    mutating func connect(_ index: UInt32, _ name: String, _ addresses: [String], _ routes: [Route] = []) {
        snapshot.links.append(Link(index, name))
        snapshot.addresses += addresses.map { InterfaceAddress($0, dev: index) }
        for route in routes { add(route) }
    }

    /// Takes an interface away, as the kernel does: addresses and routes go with it, rules stay.
    mutating func disconnect(_ index: UInt32) {
        snapshot.links.removeAll { $0.index == index }
        snapshot.addresses.removeAll { $0.interface == index }
        snapshot.routes = snapshot.routes.compactMap { route in
            guard route.nextHops.contains(where: { $0.interface == index }) else { return route }
            // An IPv4 multipath route goes whole.
            let left = route.version == .v6 ? route.nextHops.filter { $0.interface != index } : []
            return left.isEmpty ? nil : route.with { $0.nextHops = left }
        }
    }

    /// Adds a route as an engine does, whatever the kernel says.
    mutating func add(_ route: Route) { try? apply(.addRoute(route)) }

    /// The gateways that are known not to answer, or about which nothing could be found out.
    mutating func doubt(_ gateways: [(String, UInt32)], _ state: GatewayState) {
        snapshot.doubtfulGateways += gateways.map { DoubtfulGateway(ipAddress($0.0), on: $0.1, state) }
    }

    /// Puts an interface into a device group.
    mutating func group(_ index: UInt32, _ group: UInt32) {
        for place in snapshot.links.indices where snapshot.links[place].index == index {
            snapshot.links[place].group = group
        }
    }

    /// Empties main of a family's default routes, as a kill switch does.
    mutating func cut(_ version: IPVersion) {
        snapshot.routes.removeAll { $0.version == version && $0.table == 254 }
    }

    /// Plans, carries the plan out, and returns it.
    @discardableResult
    mutating func run(_ policy: Policy = Policy(), leaving: UInt32? = nil) throws -> [Change] {
        let changes = try snapshot.plan(policy, leaving: leaving)
        for change in changes { try apply(change.action) }
        return changes
    }

    /// The default routes in main, leg by leg.
    func main(_ version: IPVersion) -> [NextHop] {
        snapshot.routes.filter { $0.version == version && $0.table == 254 }.flatMap { $0.nextHops }
    }

    var ourRoutes: [Route] { snapshot.routes.filter { $0.table > 17_739_000 } }

    var ourRules: [PolicyRule] { (snapshot.rules ?? []).filter { $0.protocol == 69 } }

    /// Of one family.
    func ourRules(_ version: IPVersion) -> [PolicyRule] { ourRules.filter { $0.version == version } }

    /// The indexes of the interfaces in our device group.
    var grouped: [UInt32] { snapshot.links.filter { $0.group == 17739 }.map { $0.index } }

    /// The default routes in main as they stand there.
    var mainRoutes: [Route] { snapshot.routes.filter { $0.table == 254 } }
}
