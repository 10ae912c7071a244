package import ForeignRules
package import Netlink

/// The rows of a test, and what is left out of it. A pure function of what was seen of the container and of the host.
package struct ProbePlan: Sendable {
    package private(set) var rows: [ProbeRow] = []
    /// What is left out, and why, for people.
    package private(set) var omissions: [String] = []
    /// Whether everything is in it that was asked for.
    package private(set) var isWhole = true

    /// A privileged program in the container may have made any number of addresses and devices.
    package static let mostRows = 480
    /// The rows of each interface and target.
    private var groups: [[ProbeRow]] = []
    private var known: Set<ProbeRow> = []

    package init(_ scene: ProbeScene, named: [IPAddress], port: UInt16) {
        for version in IPVersion.allCases {
            let places = scene.places(version)
            if places.isEmpty { continue }
            for place in places { plan(place, port: port) }
            let ways = places.filter { $0.hasDefault }
            if ways.isEmpty {
                omissions.append("\(version): no default route, so nothing is sent beyond the gateways")
            } else if let target = scene.hostTarget(version, port: port) {
                planBeyond(target, scene)
            } else if !named.contains(where: { $0.version == version }) {
                omissions.append(
                    "\(version): the container reaches no other address of this host; name a target with --to")
            }
            for address in named where address.version == version {
                plan(scene.target(address, port: port), scene, places)
            }
        }
        let asked = Set(known.map { $0.target.address })
        let missing = named.filter { !asked.contains($0) }
        omissions += missing.map { "\($0): the container has no \($0.version) address that could send there" }
        if known.count > Self.mostRows {
            omissions.append(
                "of \(known.count) rows only \(Self.mostRows) are sent, some for each interface and target")
        }
        isWhole = missing.isEmpty && known.count <= Self.mostRows
        rows = Self.shared(groups)
    }

    /// All of them if they are few enough; else the first of each group, so that nothing goes without.
    private static func shared(_ groups: [[ProbeRow]]) -> [ProbeRow] {
        var left = groups.reduce(0) { $0 + $1.count }
        var counts = groups.map { $0.count }
        while left > mostRows, let most = counts.max() {
            for place in counts.indices where left > mostRows && counts[place] == most {
                counts[place] -= 1
                left -= 1
            }
        }
        return zip(groups, counts).flatMap { $0.prefix($1) }
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
        if place.addresses.count > ProbePlace.mostAddresses {
            let more = place.addresses.count - ProbePlace.mostAddresses
            omissions.append("\(place.version) on \(place.name): \(more) more addresses")
        }
        for gateway in place.gateways {
            let target = ProbeTarget(
                .gateway, gateway.address, port: port,
                interface: gateway.address.isLinkLocal ? place.interface : nil, hostInterface: gateway.hostInterface)
            add([.unbound] + place.sources, target)
        }
    }

    /// A packet that is bound to a device leaves by it; of others it depends.
    private mutating func planBeyond(_ target: ProbeTarget, _ scene: ProbeScene) {
        let ways = scene.waysToHost(target.address.version)
        let interfaces = ways.map { $0.interface }
        let staysHere = { (source: IPAddress?) in scene.leaves(source, to: target.address, onlyBy: interfaces) }
        if staysHere(nil) { add([.unbound], target) }
        var strays = staysHere(nil) ? [] : ["unbound"]
        for place in ways {
            let own = place.testedAddresses.filter(staysHere)
            strays += place.testedAddresses.filter { !own.contains($0) }.map { "\($0)" }
            add(own.map { .address($0) } + [.device(place.name)], target)
        }
        guard !strays.isEmpty else { return }
        omissions.append(
            "\(target.address.version) from \(strays.joined(separator: ", ")) to the host's \(target.address): "
                + "the container's routes may lead it elsewhere; name a target with --to")
    }

    /// A named target may be on one of the container's networks: then it is reached there, and from there alone.
    private mutating func plan(_ target: ProbeTarget, _ scene: ProbeScene, _ places: [ProbePlace]) {
        let near = places.filter { $0.isNear(target.address) }
        let ways = near.isEmpty ? places.filter { $0.hasDefault } : near
        add([.unbound], target)
        for place in ways { add(place.sources, target) }
    }

    private mutating func add(_ sources: [ProbeSource], _ target: ProbeTarget) {
        let rows = sources.flatMap { source in ProbeProtocol.allCases.map { ProbeRow(source, $0, target) } }
        groups.append(rows.filter { known.insert($0).inserted })
    }
}
