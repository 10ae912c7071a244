import Firewall
import JSON
import Keel
import LinuxSystem
import Netlink

/// The parts of a change for programs: what a sentence says, in keys. What a change has not is null.
struct ChangeDetails {
    private var family: IPVersion?
    private var kind = ""
    private var interface: String?
    private var gateway: String?
    private var table: UInt32?
    private var metric: UInt32?
    private var destination: String?
    private var source: String?
    private var sysctl: String?
    private var value: Int64?
    private let verb: Change.Verb

    /// `interfaces` are the names of the container's interfaces by their indexes.
    init(_ change: Change, _ interfaces: [UInt32: String]) {
        verb = change.verb
        switch change.action {
        case .set(let sysctl, let value): set(sysctl, value)
        case .addRoute(let route), .deleteRoute(let route): take(route, interfaces)
        case .addRule(let rule), .deleteRule(let rule): take(rule)
        case .setGroup(let link, let group):
            kind = "group"
            (interface, value) = (link.name.text, Int64(group))
        case .commit(let commands, _):
            kind = "ruleset"
            let families = Set(commands.map { $0.version })
            family = families.count == 1 ? families.first : nil
        }
    }

    private mutating func set(_ sysctl: Sysctl, _ value: Int) {
        kind = "sysctl"
        let folder = "/proc/sys/"
        let path = sysctl.path.hasPrefix(folder) ? String(sysctl.path.dropFirst(folder.count)) : sysctl.path
        (self.sysctl, self.value) = (path, Int64(value))
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count == 5, parts[2] == "conf" else { return }
        family = parts[1] == "ipv4" ? .v4 : .v6
        // "all" and "default" are no interfaces.
        if parts[3] != "all" && parts[3] != "default" { interface = parts[3] }
    }

    private mutating func take(_ route: Route, _ interfaces: [UInt32: String]) {
        kind = "route"
        (family, table, metric, destination) = (route.version, route.table, route.metric, "default")
        // One of several legs has no interface or gateway of its own.
        guard route.nextHops.count == 1 else { return }
        interface = interfaces[route.nextHops[0].interface]
        gateway = route.nextHops[0].gateway?.description
    }

    private mutating func take(_ rule: PolicyRule) {
        kind = "rule"
        (family, table, source) = (rule.version, rule.table, rule.source?.description)
        interface = rule.outputInterface?.text
    }

    var members: [JSON.Member] {
        [
            .init("family", JSON(family.map { $0 == .v4 ? "ipv4" : "ipv6" })), .init("kind", .string(kind)),
            .init("verb", .string(verb.rawValue)), .init("interface", JSON(interface)), .init("gateway", JSON(gateway)),
            .init("table", JSON(table)), .init("metric", JSON(metric)), .init("destination", JSON(destination)),
            .init("source", JSON(source)), .init("sysctl", JSON(sysctl)),
            .init("value", value.map { .integer($0) } ?? .null),
        ]
    }
}

extension Command {
    fileprivate var version: IPVersion {
        switch self {
        case .addTable(let table), .deleteTable(let table): table.version
        case .addChain(let chain, _), .flushChain(let chain): chain.table.version
        case .addRule(let rule): rule.chain.table.version
        case .addSet(let set), .addElements(let set, _), .deleteElements(let set, _): set.table.version
        case .addSegments(let set): set.table.version
        }
    }
}
