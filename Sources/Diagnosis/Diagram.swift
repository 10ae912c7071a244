import Discovery
import Keel
import LinuxSystem
import LinuxTools
import Netlink

extension Diagnosis {
    /// One text for each container: its interfaces, addresses, gateways, where they enter the host, the default route that the
    /// kernel takes, and where packets are dropped.
    public func diagrams(columns: Int? = nil) -> [String] {
        observations.map { Diagram(host, $0, policy).text(columns: columns) }
    }
}

/// One container's networks, a line each.
struct Diagram {
    private let host: HostObservation
    private let container: ContainerObservation
    private let policy: Policy

    init(_ host: HostObservation, _ container: ContainerObservation, _ policy: Policy) {
        self.host = host
        self.container = container
        self.policy = container.policy(over: policy)
    }

    /// Without a number no line is broken.
    func text(columns: Int?) -> String {
        let links = container.snapshot.links.filter { !$0.isLoopback }
            .sorted { isNaturallyOrdered($0.name, $1.name) }
        let lines = links.flatMap { self.lines(of: $0) } + defaults + drops
        let namespace = container.container
        let title = namespace.title == namespace.path ? namespace.path : "\(namespace.title) (\(namespace.path))"
        let drawn = links.isEmpty ? ["  no interface but lo"] : lines.map { "  " + $0 }
        return ([title] + drawn).flatMap { Self.fitted(printable($0), columns) }.map { $0 + "\n" }.joined()
    }

    /// A line's rest goes on below its beginning, beside the picture's own lines.
    private static func fitted(_ line: String, _ columns: Int?) -> [String] {
        guard let columns, line.cells > columns else { return [line] }
        let heads = [("  |    ", "  |      "), ("  +- ", "  |      "), ("  x  ", "     ")]
        for (head, rest) in heads where line.hasPrefix(head) {
            return wrapped(String(line.dropFirst(head.count)), after: head, then: rest, columns: columns)
        }
        return wrapped(String(line.dropFirst(2)), after: "  ", then: "    ", columns: columns)
    }

    private func lines(of link: Link) -> [String] {
        let own = container.snapshot.addresses.filter { $0.interface == link.index && $0.isGlobal }
        let addresses = own.map { "\($0.address)/\($0.prefixLength)" }.joined(separator: "  ")
        let gateways = container.gateways.filter { $0.interface == link.index }.map { gateway in
            "|    gateway \(gateway.address)\(gateway.neighbour.map { " \($0.state.rawValue)" } ?? "")\(role(of: gateway))"
        }
        let first =
            "+- \(container.networkName(of: link.index))  \(addresses.isEmpty ? "no address" : addresses)\(size(link))\(filter(link, of: own))"
        return [first] + attachment(of: link) + gateways + ["|"]
    }

    private func size(_ link: Link) -> String { link.mtu.map { "  MTU \($0)" } ?? "" }

    private func filter(_ link: Link, of addresses: [InterfaceAddress]) -> String {
        guard let own = link.reversePathFilter, addresses.contains(where: { $0.address.version == .v4 }) else {
            return ""
        }
        return "  rp_filter \(text(max(own, container.snapshot.reversePathFilterOfAll ?? 0)))"
    }

    private func text(_ filter: Int) -> String { ["0 off", "1 strict", "2 loose"][min(max(filter, 0), 2)] }

    private func attachment(of link: Link) -> [String] {
        guard let attachment = container.attachment(of: link.index) else {
            return ["|    \(link.kind ?? "interface") that does not enter this host by a veth"]
        }
        let way = attachment.bridge ?? attachment.end
        let place = attachment.end.name.description + (attachment.bridge.map { " on bridge \($0.name)" } ?? "")
        let filter = way.reversePathFilter.map { "  rp_filter \(text(max($0, host.reversePathFilterOfAll ?? 0)))" }
        return ["|    host: \(place)\(size(way))\(filter ?? "")\(guarding(attachment))"]
    }

    private func guarding(_ attachment: HostAttachment) -> String {
        let rulesets = [host.snapshot?.ipv4, host.snapshot?.ipv6].compactMap { $0 }
        let isGuarded = rulesets.contains { $0.state == .active && $0.containers?.contains(attachment.name) == true }
        return isGuarded ? "  INVALID dropped" : ""
    }

    private func role(of gateway: ContainerObservation.Gateway) -> String {
        let routes = container.snapshot.routes.filter { route in
            route.version == gateway.address.version && route.isUnicast
                && route.nextHops.contains { $0.gateway == gateway.address && $0.interface == gateway.interface }
        }
        if let route = routes.first(where: { $0.table == Route.mainTable }) {
            return "  default, metric \(route.metric)"
        }
        return routes.first.map { "  set aside in table \($0.table)" } ?? ""
    }

    /// The default route that the kernel takes, a line for each family.
    private var defaults: [String] {
        IPVersion.allCases.compactMap { version in
            let rivals = container.snapshot.competingDefaults(version, policy.defaultRoute)
            if let sharing = container.snapshot.sharing(among: rivals) {
                return "\(version): \(sharing.text(of: rivals.map { $0.interface }))"
            }
            if let index = container.defaultInterface(version) {
                return "\(version): leaves by \(container.networkName(of: index))"
            }
            return container.networks(version).isEmpty ? nil : "\(version): no default route"
        }
    }

    private var drops: [String] {
        let own = container.reversePathFindings(policy) + container.gatewayFindings(host) + container.linkFindings(host)
        let ofHost =
            host.reversePathFindings([container]) + host.forwardFindings([container])
            + host.invalidFindings([container], policy) + host.conntrackFindings(policy)
        return (own + ofHost).filter { $0.severity > .information && $0.id.isLoss }.map { finding in
            let place = finding.place == .host ? "on the host" : "in the container"
            return "x  packets are lost \(place): \(finding.summary) (\(finding.id.rawValue))"
        }
    }
}

extension FindingID {
    /// Whether packets are lost now, rather than later.
    fileprivate var isLoss: Bool {
        switch self {
        case .invalidPolicyConflict, .conntrackNearFull, .conntrackLimitConflict: false
        default: true
        }
    }
}
