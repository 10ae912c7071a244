package import ForeignRules
package import Netlink

/// The rows of a test, and what is left out of it. A pure function of what was seen of the container and of the host.
package struct ProbePlan: Sendable {
    package private(set) var rows: [ProbeRow] = []
    /// What is left out, and why, for people.
    package private(set) var omissions: [String] = []

    /// A privileged program in the container may have made any number of addresses and devices.
    package static let mostRows = 240

    package init(_ scene: ProbeScene, named: [IPAddress], port: UInt16) {
        for version in IPVersion.allCases {
            let places = scene.places(version)
            if places.isEmpty { continue }
            for place in places { plan(place, port: port) }
            let ways = places.filter { $0.hasDefault }
            if ways.isEmpty {
                omissions.append("\(version): no default route, so nothing is sent beyond the gateways")
            } else if let target = scene.hostTarget(version, port: port) {
                planBeyond(target, scene, ways.filter { $0.isAttached })
            } else if !named.contains(where: { $0.version == version }) {
                omissions.append(
                    "\(version): the container reaches no other address of this host; name a target with --to")
            }
            for address in named where address.version == version {
                plan(scene.target(address, port: port), scene, places)
            }
        }
        let missing = named.filter { name in !rows.contains { $0.target.address == name } }
        omissions += missing.map { "\($0): the container has no \($0.version) address that could send there" }
        if rows.count > Self.mostRows {
            omissions.append("of \(rows.count) rows only the first \(Self.mostRows) are sent")
            rows.removeLast(rows.count - Self.mostRows)
        }
    }

    /// The rows for published ports, from the host.
    package static func published(_ ports: [PublishedPort], _ scene: ProbeScene) -> [ProbeRow] {
        var rows: [ProbeRow] = []
        for published in ports {
            guard rows.count < mostPublished, let address = scene.ownAddress(published) else { continue }
            let row = ProbeRow(.host, .tcp, ProbeTarget(.published, address, port: published.port))
            if !rows.contains(row) { rows.append(row) }
        }
        return rows
    }

    private static let mostPublished = 32

    /// From everything on one interface to the other end of its network.
    private mutating func plan(_ place: ProbePlace, port: UInt16) {
        if place.gateways.isEmpty {
            let reason = place.hasDefault ? "its default route has no gateway" : "no gateway is known"
            omissions.append("\(place.version) on \(place.name): \(reason)")
        }
        for gateway in place.gateways {
            let target = ProbeTarget(
                .gateway, gateway.address, port: port, interface: place.interface, hostInterface: gateway.hostInterface)
            add([.unbound] + place.sources, target)
        }
    }

    private mutating func planBeyond(_ target: ProbeTarget, _ scene: ProbeScene, _ ways: [ProbePlace]) {
        // The default route may lead elsewhere than to this host, where nobody knows its addresses.
        if scene.sendsUnbound(target.address.version, onlyBy: ways.map { $0.interface }) { add([.unbound], target) }
        for place in ways { add(place.sources, target) }
    }

    /// A named target may be on one of the container's networks: then it is reached there, and from there alone.
    private mutating func plan(_ target: ProbeTarget, _ scene: ProbeScene, _ places: [ProbePlace]) {
        let near = places.filter { $0.isNear(target.address) }
        let ways = near.isEmpty ? places.filter { $0.hasDefault } : near
        add([.unbound], target)
        for place in ways { add(place.sources, target) }
    }

    private mutating func add(_ sources: [ProbeSource], _ target: ProbeTarget) {
        for source in sources {
            for kind in ProbeProtocol.allCases {
                let row = ProbeRow(source, kind, target)
                if !rows.contains(row) { rows.append(row) }
            }
        }
    }
}
