package import LinuxSystem
package import Netlink

/// The links, addresses, rules and routes of a network namespace, for people to read as `ip(8)` prints them.
package struct NamespaceListing: Sendable {
    package var links: [Link] = []
    private var hardware: [UInt32: HardwareAddress] = [:]
    private var addresses: [InterfaceAddress] = []
    private var rules: [PolicyRule]?
    private var routes: [ListedRoute] = []
    /// How many more routes there are.
    private var left = 0

    /// More than any container has; a router may have a million.
    private static let mostRoutes = 4096

    package init(_ socket: inout Socket) throws(KernelError) {
        links = try socket.links()
        for (interface, address) in try socket.hardwareAddresses() { hardware[interface] = address }
        addresses = try socket.addresses()
        do { rules = try socket.rules() } catch { if error.errno != .notSupported { throw error } }
        (routes, left) = try socket.routes(atMost: Self.mostRoutes)
    }

    package var text: String {
        var all = ["links and addresses"]
        for link in links { all += lines(of: link) }
        all += ["", "rules"]
        all += rules?.map { line(of: $0) } ?? ["  the kernel has no policy routing"]
        all += ["", "routes, without table local"]
        all += routes.map { line(of: $0) }
        if left > 0 { all.append("  and \(left) more") }
        return all.map { printable($0) + "\n" }.joined()
    }

    private func name(_ index: UInt32) -> String {
        links.first { $0.index == index }?.name.description ?? "interface \(index)"
    }

    private func lines(of link: Link) -> [String] {
        var parts = ["\(link.index): \(link.name)", link.kind ?? (link.isLoopback ? "loopback" : "hardware")]
        if let address = hardware[link.index] { parts.append(address.text) }
        parts.append(link.isRunning ? "running" : "not running")
        if let mtu = link.mtu { parts.append("mtu \(mtu)") }
        if let master = link.master { parts.append("master \(name(master))") }
        if let peer = link.peerIndex {
            parts.append(
                link.peerNamespaceID.map { "peer \(peer) in namespace \($0)" } ?? "peer or parent \(name(peer))")
        }
        if link.group != 0 { parts.append("group \(link.group)") }
        if let filter = link.reversePathFilter { parts.append("rp_filter \(filter)") }
        let own = addresses.filter { $0.interface == link.index }.map { line(of: $0) }
        return ["  " + parts.joined(separator: ", ")] + own
    }

    private func line(of address: InterfaceAddress) -> String {
        var line = "      \(address.address)/\(address.prefixLength)"
        if !address.isGlobal { line += " scope link or host" }
        if !address.isPermanent { line += " dynamic" }
        if address.isTentative { line += " tentative" }
        return line
    }

    private func line(of rule: PolicyRule) -> String {
        var line = "  \(rule.version) \(rule.priority): from \(rule.source?.description ?? "all")"
        if let name = rule.inputInterface { line += " iif \(name)" }
        if let name = rule.outputInterface { line += " oif \(name)" }
        line += " lookup \(Self.tableName(rule.table)) proto \(rule.protocol)"
        if let length = rule.suppressedPrefixLength { line += " suppress_prefixlength \(length)" }
        if let group = rule.suppressedGroup { line += " suppress_ifgroup \(group)" }
        return line + (rule.asksForMore ? " (and more that is not shown here)" : "")
    }

    private static func tableName(_ table: UInt32) -> String {
        switch table {
        case 253: "default"
        case 254: "main"
        case 255: "local"
        default: "\(table)"
        }
    }

    /// By rtnetlink(7), from 0 on.
    private static let types = [
        "unspecified", "", "local ", "broadcast ", "anycast ", "multicast ", "blackhole ", "unreachable ", "prohibit ",
        "throw ", "nat ", "xresolve ",
    ]

    private func line(of listed: ListedRoute) -> String {
        let route = listed.route
        let type = Self.types.indices.contains(Int(route.type)) ? Self.types[Int(route.type)] : "type \(route.type) "
        let isDefault = listed.destination.length == 0
        var line = "  \(type)\(isDefault ? "default (\(route.version))" : listed.destination.description)"
        for hop in route.nextHops {
            if let gateway = hop.gateway { line += " via \(gateway)" }
            if hop.interface != 0 { line += " dev \(name(hop.interface))" }
            if hop.isDead { line += " dead" }
        }
        line += " table \(Self.tableName(route.table)) proto \(route.protocol)"
        if route.metric != 0 { line += " metric \(route.metric)" }
        if let source = route.preferredSource { line += " src \(source)" }
        if let lifetime = route.lifetime { line += " expires \(lifetime)s" }
        return line
    }
}
