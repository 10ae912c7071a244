import Keel
import Netlink

// Limits of a container on several networks that no route and no rule for a source address can lift: worth knowing where the
// kernel shows that the container is concerned, and for nobody else.

extension ContainerObservation {
    func limitFindings() -> [Finding] {
        translatorFindings + serverFindings + multicastFindings + halfFindings
    }

    /// An answer of what is behind the container is routed before it is translated back: its source is the inner one's, which
    /// no rule for a source address knows.
    private var translatorFindings: [Finding] {
        let concerned = several.translates.compactMap { version in winner(version).map { (version, $0) } }
        guard !concerned.isEmpty else { return [] }
        let ways = concerned.map { version, way in
            "\(version): answers leave by \(way.winner.name), the default, also those to what came in by "
                + way.others.map { $0.name }.joined(separator: ", ")
        }
        return [
            Finding(
                .natOnSeveralNetworks, .information, at: place,
                "it publishes ports of what is behind it, on several networks",
                evidence: ["its own rules translate the destination of what comes in (nft list ruleset)"] + ways,
                consequence:
                    "a port of what is behind it can be reached from afar by the default's network alone: answers to what "
                    + "came in by another leave by the default, and are dropped where source addresses are checked",
                remedy:
                    "(use its address on the default's network, choose that with defaultRoute.prefer, or route by a "
                    + "connection's mark: the page tells how)")
        ]
    }

    /// The kernel chooses the source of an answer by the route to the client, before any rule for a source can match.
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
                    "asked from afar by another network's address or published port, it answers from the default's "
                    + "address and nobody takes the answer, unless the program sees to that itself (IP_PKTINFO); TCP, and "
                    + "who is on the same network, are not concerned",
                remedy:
                    "(bind it to the address that is asked, publish it on the default's network, or choose that with "
                    + "defaultRoute.prefer)")
        ]
    }

    private static let mostPorts = 8

    /// A LAN beside a bridge that has the default. On other networks nobody but containers would be there to hear.
    private var lansBesideDefault: [Link] {
        guard let way = winner(.v4), way.winner.kind == "veth" else { return [] }
        return attachedNetworks(.v4).filter { $0 != way.winner && $0.kind != "veth" && $0.kind != "netkit" }
    }

    var mayMissMulticast: Bool { !lansBesideDefault.isEmpty }

    /// Who names no interface joins on the default's, and sends there as well. A group that is joined on the LAN, too, is
    /// somebody's who knows that there are several.
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
                "it listens for multicast on the default's network alone, beside a LAN",
                evidence: joined.prefix(Self.mostPorts).map {
                    "\($0.address) is joined on \(name(of: interface)), not on \(names)"
                },
                consequence:
                    "a program that names no interface for multicast (SSDP, mDNS, DLNA) sends and listens by the default "
                    + "route: what it looks for on the LAN does not hear it",
                remedy:
                    "(have the LAN win: defaultRoute.prefer \"\(first.name)\"; or name the interface in the program)")
        ]
    }
}
