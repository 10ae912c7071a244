import Keel
package import Netlink

// Which gateways may be learnt. Each condition stands for something that learning would open or break: DOCKER-USER's egress rules
// passed by through a macvlan, a host's rules that send a network's packets through a VPN, an internal network that got a way out, a
// gateway that leads nowhere.

extension LearningScene {
    /// The rule. A family of which nothing can be said, because main has several defaults, is left out: what is there stays.
    package func lesson() -> Lesson {
        var lesson = Lesson()
        for version in IPVersion.allCases {
            switch uniqueDefault(version) {
            case .several: continue
            case .none: lesson.learnings.append(Learning(version, []))
            case .one(let interface): teach(version, beside: interface, &lesson)
            }
        }
        return lesson
    }

    private enum UniqueDefault {
        case none
        case one(UInt32)
        case several
    }

    /// The interface of main's only default route.
    private func uniqueDefault(_ version: IPVersion) -> UniqueDefault {
        var interface: UInt32?
        for route in snapshot.routes where route.version == version && route.table == Route.mainTable {
            guard interface == nil, route.isUnicast, route.nextHops.count == 1 else { return .several }
            interface = route.nextHops[0].interface
        }
        return interface.map { .one($0) } ?? .none
    }

    private func teach(_ version: IPVersion, beside interface: UInt32, _ lesson: inout Lesson) {
        var gateways: [LearntGateway] = []
        defer { lesson.learnings.append(Learning(version, gateways)) }
        guard learn != .nothing,
            let own = container.endpoints.first(where: { self.interface(of: $0, version)?.index == interface }),
            let winner = snapshot.link(interface)
        else { return }
        if container.endpoints.count < 2 { return }
        let bridge = attachments.first { $0.interface.index == winner.index }?.bridge
        if let side = own.side(version), isRoutedByHost(version, bridge, side) {
            lesson.refusals.append(Refusal(version, nil, .hostRule))
            return
        }
        for endpoint in container.endpoints where endpoint != own && endpoint.side(version) != nil {
            switch gateway(endpoint, version, winnersBridge: bridge) {
            case .success(let gateway): gateways.append(gateway)
            case .failure(let refusal): lesson.refusals.append(refusal)
            }
        }
    }

    /// Whether the host routes the winner's network by rules of its own. Packets of another network would pass them by.
    private func isRoutedByHost(_ version: IPVersion, _ bridge: Link?, _ side: DockerContainer.Endpoint.Side) -> Bool {
        guard let prefix = IPPrefix(side.address, length: side.length) else { return true }
        return host.rules.contains { rule in
            guard rule.version == version else { return false }
            if let name = rule.inputInterface, name == bridge?.name { return true }
            return rule.source.map { $0.overlaps(prefix) } ?? false
        }
    }

    /// The one interface that has exactly the endpoint's address and hardware address; nil if there is none, or if there are several.
    package func interface(of endpoint: DockerContainer.Endpoint, _ version: IPVersion) -> Link? {
        guard let side = endpoint.side(version) else { return nil }
        let held = snapshot.addresses.filter { $0.address == side.address && $0.prefixLength == side.length }
        guard held.count == 1, let link = snapshot.link(held[0].interface) else { return nil }
        // An ipvlan has its parent's.
        if link.kind == "ipvlan" { return link }
        guard let expected = endpoint.hardware else { return nil }
        return hardware.contains { $0.interface == link.index && $0.address == expected } ? link : nil
    }

    private enum Verdict {
        case success(LearntGateway)
        case failure(Refusal)
    }

    private func gateway(
        _ endpoint: DockerContainer.Endpoint, _ version: IPVersion, winnersBridge: Link?
    ) -> Verdict {
        guard let network = networks.first(where: { $0.id == endpoint.networkID }) else {
            return .failure(Refusal(version, nil, .unknownNetwork))
        }
        guard let side = endpoint.side(version), let address = side.gateway else {
            return .failure(Refusal(version, network.name, .noGateway))
        }
        if let reason = network.reasonToRefuse ?? reason(toRefuse: address, of: side) {
            return .failure(Refusal(version, network.name, reason))
        }
        guard let link = interface(of: endpoint, version) else {
            return .failure(Refusal(version, network.name, .noInterface))
        }
        let reason =
            reason(toRefuse: link, of: network) ?? reasonOfOthers(toRefuse: link, version)
            ?? reason(toRefuse: address, by: link, of: network)
            ?? reason(toBypass: winnersBridge, network, version)
        if let reason { return .failure(Refusal(version, network.name, reason)) }
        return .success(LearntGateway(address, on: link.index, source: "Docker's gateway of \(network.name)"))
    }

    private func reason(
        toRefuse gateway: IPAddress, of side: DockerContainer.Endpoint.Side
    ) -> Refusal.Reason? {
        if !gateway.mayBeGateway { return .impossibleGateway }
        if snapshot.addresses.contains(where: { $0.address == gateway }) { return .ownAddress }
        let isOnLink = IPPrefix(side.address, length: side.length)?.contains(gateway) == true
        return isOnLink || gateway.version == .v6 && gateway.isLinkLocal ? nil : .gatewayElsewhere
    }

    private func reason(toRefuse link: Link, of network: DockerNetwork) -> Refusal.Reason? {
        if link.kind != network.driver.linkKind { return .otherKind }
        if !link.isRunning { return .down }
        if !link.canBeGrouped { return .otherGroup }
        guard network.driver == .bridge else {
            let isParent = host.parents.contains {
                $0.name == network.parent && $0.index == link.peerIndex && link.peerNamespaceID != nil
                    && link.peerNamespaceID == host.idInContainer
            }
            return isParent ? nil : .otherParent
        }
        let bridge = attachments.first { $0.interface.index == link.index }?.bridge
        return bridge != nil && bridge?.name == network.bridge ? nil : .otherBridge
    }

    /// What somebody else has set up for the interface.
    private func reasonOfOthers(toRefuse link: Link, _ version: IPVersion) -> Refusal.Reason? {
        for route in snapshot.routes
        where route.version == version && route.nextHops.contains(where: { $0.interface == link.index }) {
            if route.table == Route.mainTable { return .hasDefault }
            if route.table != Ours.table(of: link.index) { return .foreignTable }
        }
        let own = snapshot.addresses.filter { $0.interface == link.index && $0.address.version == version }
        let isForeign = (snapshot.rules ?? []).contains { rule in
            guard rule.version == version, !rule.isOurs else { return false }
            if rule.inputInterface == link.name || rule.outputInterface == link.name { return true }
            return rule.source.map { source in own.contains { source.overlaps($0.onLinkPrefix) } } ?? false
        }
        return isForeign ? .foreignRule : nil
    }

    private func reason(
        toRefuse gateway: IPAddress, by link: Link, of network: DockerNetwork
    ) -> Refusal.Reason? {
        if network.gateways.contains(gateway) { return nil }
        guard network.driver == .bridge else { return .gatewayNotExplicit }
        let bridge = attachments.first { $0.interface.index == link.index }?.bridge
        let isHosts = host.addresses.contains { $0.address == gateway && $0.interface == bridge?.index }
        return isHosts ? nil : .gatewayNotHosts
    }

    /// The gateway of a macvlan or an ipvlan leads past the host's firewall. By default that is worth it only where packets come back
    /// by no other way: the host drops those that come in by the winner's bridge from another network's address.
    private func reason(
        toBypass winnersBridge: Link?, _ network: DockerNetwork, _ version: IPVersion
    ) -> Refusal.Reason? {
        guard network.driver != .bridge, learn != .all else { return nil }
        guard version == .v4, let filter = winnersBridge?.reversePathFilter else { return .notBroken }
        return max(filter, host.reversePathFilterOfAll) == 1 ? nil : .notBroken
    }
}

extension DockerNetwork {
    fileprivate var reasonToRefuse: Refusal.Reason? {
        if driver.linkKind == nil { return .driver }
        if !isLocal { return .notLocal }
        if isInternal { return .isInternal }
        if isIngress { return .isIngress }
        return isConfigOnly ? .isConfigOnly : nil
    }
}

extension DockerNetwork.Driver {
    /// The kind of interface that it puts into a container; nil for drivers whose gateways are not learnt.
    fileprivate var linkKind: String? {
        switch self {
        case .bridge: "veth"
        case .macvlan: "macvlan"
        case .ipvlan(isLayer2: true): "ipvlan"
        case .ipvlan, .other: nil
        }
    }
}

extension IPPrefix {
    fileprivate func overlaps(_ other: IPPrefix) -> Bool { contains(other.address) || other.contains(address) }
}

extension IPAddress {
    /// Whether it is an address of one host, RFC 1122 section 3.2.1.3 and RFC 4291 section 2.4.
    fileprivate var mayBeGateway: Bool {
        if isLoopback { return false }
        let first = bytes[0]
        return version == .v4 ? first != 0 && first < 224 : first != 0xff && bytes.contains { $0 != 0 }
    }
}
