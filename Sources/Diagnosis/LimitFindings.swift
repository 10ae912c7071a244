import Keel
import Netlink

// Limits of a container on several networks that neither routes nor source rules can lift. They are reported only if the kernel
// shows that they affect the container.

extension ContainerObservation {
    func limitFindings() -> [Finding] {
        translatorFindings + serverFindings + multicastFindings + halfFindings
    }

    /// The kernel routes an answer from behind the container before it translates it back. At that moment the source is the
    /// inner address, which no source rule matches.
    private var translatorFindings: [Finding] {
        let concerned = several.translates.compactMap { version in winner(version).map { (version, $0) } }
        guard !concerned.isEmpty else { return [] }
        let ways = concerned.map { version, way in
            "\(version): answers leave by \(way.winner.name), the default, even to requests that came in by "
                + way.others.map { $0.name }.joined(separator: ", ")
        }
        return [
            Finding(
                .natOnSeveralNetworks, .information, at: place,
                "it publishes ports for others behind it, on several networks",
                evidence: ["its own rules translate the destination of incoming packets (nft list ruleset)"] + ways,
                consequence:
                    "from other subnets such a port is reachable only by the default's network: answers to requests that "
                    + "came in by another leave by the default, and are dropped where source addresses are checked",
                remedy:
                    "(use its address on the default's network, choose the default with defaultRoute.prefer, or route by a "
                    + "connection's mark: evenkeel explain nat-on-several-networks)")
        ]
    }

    /// The kernel chooses an answer's source address by the route to the client, so no source rule can match before that.
    private var serverFindings: [Finding] {
        var evidence: [String] = []
        for version in IPVersion.allCases {
            let servers = several.servers.filter { $0.versions.contains(version) }
            guard let way = winner(version), !servers.isEmpty else { continue }
            let ports = servers.prefix(Self.mostPorts).map { "\($0.port)" }.joined(separator: ", ")
            let rest = servers.count > Self.mostPorts ? " and \(servers.count - Self.mostPorts) more" : ""
            evidence.append(
                "UDP \(servers.count == 1 ? "port" : "ports") \(ports)\(rest) on every \(version) address: answers to afar "
                    + "are sent from \(addresses(of: way.winner, version)) of \(way.winner.name)")
        }
        guard !evidence.isEmpty else { return [] }
        return [
            Finding(
                .wildcardUDPServer, .information, at: place,
                "a UDP server listens on every address, on several networks", evidence: evidence,
                consequence:
                    "clients in other subnets that use another network's address or published port get the answer from the "
                    + "default's address and ignore it, unless the program prevents that (IP_PKTINFO); TCP, and clients on "
                    + "the same network, are not affected",
                remedy:
                    "(bind it to the address that clients use, publish it on the default's network, or choose the default "
                    + "with defaultRoute.prefer)")
        ]
    }

    private static let mostPorts = 8

    /// LANs (macvlan and the like) beside a bridge network that has the default route. On other bridge networks only containers
    /// could hear multicast.
    private var lansBesideDefault: [Link] {
        guard let way = winner(.v4), way.winner.kind == "veth" else { return [] }
        return attachedNetworks(.v4).filter { $0 != way.winner && $0.kind != "veth" && $0.kind != "netkit" }
    }

    var mayMissMulticast: Bool { !lansBesideDefault.isEmpty }

    /// A program that names no interface joins and sends on the default's. A group that is joined on the LAN as well shows that
    /// its program knows of several networks.
    private var multicastFindings: [Finding] {
        let lans = lansBesideDefault
        guard let first = lans.first, let interface = defaultInterface(.v4) else { return [] }
        let joined = several.groups.filter { group in
            group.interface == interface
                && !several.groups.contains { $0.address == group.address && $0.interface != interface }
        }
        guard !joined.isEmpty else { return [] }
        let names = lans.map { $0.name }.joined(separator: ", ")
        return [
            Finding(
                .multicastFollowsDefault, .information, at: place,
                "it listens for multicast only on the default's network, although it has a LAN as well",
                evidence: joined.prefix(Self.mostPorts).map {
                    "\($0.address) is joined on \(name(of: interface)), not on \(names)"
                },
                consequence:
                    "a program that names no interface for multicast (SSDP, mDNS, DLNA) sends and listens by the default "
                    + "route: devices on the LAN do not hear it",
                remedy:
                    "(make the LAN the default: defaultRoute.prefer \"\(first.name)\"; or name the LAN in the program)")
        ]
    }
}
