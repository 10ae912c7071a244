import ForeignRules
package import Keel
package import Netlink

/// What a plan of probes is made from.
package struct ProbeScene: Sendable {
    let container: NamespaceSnapshot
    /// Where the container's veths enter the host.
    let attachments: [HostAttachment]
    let hostAddresses: [InterfaceAddress]
    /// The interfaces of the host's own default routes.
    let uplinks: [UInt32]
    /// By which interface of the container a packet leaves, as its kernel answers `questions`; 0 if no route leads there.
    package var answers: [Question: UInt32] = [:]

    /// How a packet of a socket that is bound to an address, or to nothing, would leave.
    package struct Question: Hashable, Sendable {
        package let source: IPAddress?
        package let target: IPAddress
    }

    package init(
        _ container: NamespaceSnapshot, _ attachments: [HostAttachment], hostAddresses: [InterfaceAddress],
        uplinks: [UInt32]
    ) {
        self.container = container
        self.attachments = attachments
        self.hostAddresses = hostAddresses
        self.uplinks = uplinks
    }
}

/// An interface of the container in one family.
struct ProbePlace {
    struct Gateway: Hashable {
        let address: IPAddress
        let hostInterface: UInt32?
    }

    let version: IPVersion
    let interface: UInt32
    let name: InterfaceName
    /// With the prefixes that they are on.
    let addresses: [InterfaceAddress]
    let gateways: [Gateway]
    /// Whether a default route in any table leads by it.
    let hasDefault: Bool
    /// Whether it ends on this host.
    let isAttached: Bool

    /// A privileged program in the container may have made any number of addresses and of routes.
    static let (mostAddresses, mostGateways) = (8, 4)

    var testedAddresses: [IPAddress] { addresses.prefix(Self.mostAddresses).map { $0.address } }

    var sources: [ProbeSource] { testedAddresses.map { .address($0) } + [.device(name)] }

    func isNear(_ address: IPAddress) -> Bool { addresses.contains { $0.onLinkPrefix.contains(address) } }
}

extension ProbeScene {
    /// The interfaces from which packets of that family can be sent.
    func places(_ version: IPVersion) -> [ProbePlace] {
        container.links.filter { !$0.isLoopback && $0.isRunning }
            .sorted { isNaturallyOrdered($0.name, $1.name) }
            .lazy.compactMap { place(of: $0, version) }.prefix(Self.mostPlaces).map { $0 }
    }

    /// The engines connect a container to fewer.
    private static let mostPlaces = 64

    private func place(of link: Link, _ version: IPVersion) -> ProbePlace? {
        let addresses = container.addresses.filter {
            $0.interface == link.index && $0.address.version == version && $0.isGlobal && !$0.isTentative
        }
        if addresses.isEmpty { return nil }
        let attachment = attachments.first { $0.interface.index == link.index }
        let hops = defaults(version).flatMap { $0.nextHops }.filter { $0.interface == link.index && !$0.isDead }
        var gateways: [ProbePlace.Gateway] = []
        for address in hops.compactMap({ $0.gateway }) where address.version == version {
            let gateway = ProbePlace.Gateway(address: address, hostInterface: holder(of: address, attachment))
            if gateways.count < ProbePlace.mostGateways, !gateways.contains(gateway) { gateways.append(gateway) }
        }
        if hops.isEmpty, let attachment {
            // Without a default route the host's own end of the network is what there is to ask.
            gateways = own(attachment).filter { host in addresses.contains { $0.onLinkPrefix.contains(host.address) } }
                .prefix(1).map { .init(address: $0.address, hostInterface: $0.interface) }
        }
        return ProbePlace(
            version: version, interface: link.index, name: link.name, addresses: addresses, gateways: gateways,
            hasDefault: !hops.isEmpty, isAttached: attachment != nil)
    }

    private func defaults(_ version: IPVersion) -> [Route] {
        container.routes.filter { $0.version == version && $0.isUnicast }
    }

    /// The addresses of the host where a veth enters it.
    private func own(_ attachment: HostAttachment) -> [InterfaceAddress] {
        hostAddresses.filter { [attachment.end.index, attachment.bridge?.index].contains($0.interface) }
    }

    /// The host's interface that has a gateway's address. One beyond a macvlan may have the address of another network of the
    /// host.
    private func holder(of gateway: IPAddress, _ attachment: HostAttachment?) -> UInt32? {
        attachment.flatMap { own($0).first { $0.address == gateway }?.interface }
    }

    /// What to ask the container's kernel before anything is sent to the host's addresses: a tunnel, a rule or half of a default
    /// route may lead elsewhere, where strangers would get it.
    package var questions: [Question] {
        IPVersion.allCases.flatMap { version -> [Question] in
            guard let target = hostTarget(version, port: 0) else { return [] }
            let sources = waysToHost(version).flatMap { $0.testedAddresses }
            return ([nil] + sources.map { $0 }).map { Question(source: $0, target: target.address) }
        }
    }

    /// The interfaces that lead to this host and beyond.
    func waysToHost(_ version: IPVersion) -> [ProbePlace] { places(version).filter { $0.hasDefault && $0.isAttached } }

    /// Whether a packet leaves by one of these interfaces and no other. Where default routes compete, what the kernel answers is true
    /// of one packet.
    func leaves(_ source: IPAddress?, to target: IPAddress, onlyBy interfaces: [UInt32]) -> Bool {
        // What the kernel refuses gets to nobody, and is worth telling.
        guard let answer = answers[Question(source: source, target: target)],
            answer == 0 || interfaces.contains(answer)
        else { return false }
        let main = defaults(target.version).filter { $0.table == Route.mainTable }
        let best = main.map({ $0.metric }).min()
        return main.filter { $0.metric == best }.flatMap { $0.nextHops }.allSatisfy {
            interfaces.contains($0.interface)
        }
    }

    /// The host's address on a network that the container reaches by its way out; nil if there is none.
    func hostTarget(_ version: IPVersion, port: UInt16) -> ProbeTarget? {
        let entrances = attachments.flatMap { [$0.end.index, $0.bridge?.index] }
        let candidates = hostAddresses.filter { host in
            host.address.version == version && host.isGlobal && !host.isTentative && !host.address.isLoopback
                && !entrances.contains(host.interface) && !container.addresses.contains { isOn($0, host.address) }
        }
        guard !waysToHost(version).isEmpty,
            let chosen = candidates.first(where: { uplinks.contains($0.interface) }) ?? candidates.first
        else { return nil }
        return ProbeTarget(.host, chosen.address, port: port, hostInterface: chosen.interface)
    }

    private func isOn(_ own: InterfaceAddress, _ address: IPAddress) -> Bool {
        own.isGlobal && own.onLinkPrefix.contains(address)
    }

    /// The host's own address that a port is published on; nil if that is none of this host's.
    func ownAddress(_ published: PublishedPort) -> IPAddress? {
        if let address = published.hostAddress {
            return address.isLoopback || hostAddresses.contains { $0.address == address } ? address : nil
        }
        let candidates = hostAddresses.filter {
            $0.address.version == published.destination.version && $0.isGlobal && !$0.isTentative
                && !$0.address.isLoopback
        }
        return (candidates.first { uplinks.contains($0.interface) } ?? candidates.first)?.address
    }

    /// A target that the user named.
    func target(_ address: IPAddress, port: UInt16) -> ProbeTarget {
        let near = places(address.version).first { $0.isNear(address) }
        // In a network that does not end on this host an address may belong to another machine.
        let isForeign = near.map { !$0.isAttached } ?? !places(address.version).contains { $0.isAttached }
        let host = isForeign ? nil : hostAddresses.first { $0.address == address && !$0.isTentative }
        return ProbeTarget(.named, address, port: port, hostInterface: host?.interface)
    }
}
