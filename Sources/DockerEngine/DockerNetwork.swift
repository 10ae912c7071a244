package import JSON
import LinuxSystem
package import Netlink

/// A network, as Docker's `GET /networks` tells of it. Labels, which are users' text, are not kept.
package struct DockerNetwork: Hashable, Sendable {
    package enum Driver: Hashable, Sendable {
        case bridge
        case macvlan
        /// `isLayer2`: neighbours are asked for, as on an Ethernet.
        case ipvlan(isLayer2: Bool)
        case other
    }

    package let id: String
    package let name: String
    package var driver = Driver.other
    /// Not of a swarm.
    package var isLocal = false
    package var isInternal = false
    package var isIngress = false
    package var isConfigOnly = false
    package var subnets: [IPPrefix] = []
    /// The gateways that somebody gave it by `--gateway` or `--aux-address DefaultGatewayIPv4=`.
    package var gateways: [IPAddress] = []
    /// The bridge on the host.
    package var bridge: InterfaceName?
    /// The host's interface that a macvlan or an ipvlan shares.
    package var parent: InterfaceName?

    /// Longer names are nobody's that types them; nor are those with control characters.
    private static let longestName = 255
    /// Docker's address pools hold some tens; a host with thousands of bridges does not work.
    private static let most = 4096

    /// What is read of a reply.
    private static var paths: [[String]] {
        [
            ["Id"], ["Name"], ["Driver"], ["Scope"], ["Internal"], ["Ingress"], ["ConfigOnly"],
            ["IPAM", "Config", "Subnet"], ["IPAM", "Config", "Gateway"],
            ["IPAM", "Config", "AuxiliaryAddresses", "DefaultGatewayIPv4"],
            ["IPAM", "Config", "AuxiliaryAddresses", "DefaultGatewayIPv6"],
            ["Options", "com.docker.network.bridge.name"], ["Options", "parent"], ["Options", "ipvlan_mode"],
        ]
    }

    /// Reads the body of the reply. What is no network is left out.
    package static func list(parsing body: [UInt8]) throws(JSONError) -> [DockerNetwork] {
        (try JSON(parsing: body, along: paths, mostItems: most).elements ?? []).compactMap { DockerNetwork($0) }
    }

    private init?(_ said: JSON) {
        guard let id = said["Id"]?.string, DockerID.isOne(id), let name = said["Name"]?.string,
            Self.isSpeakable(name)
        else { return nil }
        (self.id, self.name) = (id, name)
        isLocal = said["Scope"]?.string == "local"
        // What is not said is not assumed.
        isInternal = said["Internal"]?.boolean ?? true
        isIngress = said["Ingress"]?.boolean ?? true
        isConfigOnly = said["ConfigOnly"]?.boolean ?? true
        for section in said["IPAM"]?["Config"]?.elements ?? [] { read(section) }
        read(said["Driver"]?.string ?? "", options: said["Options"] ?? .null)
    }

    private static func isSpeakable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestName && printable(name) == name
    }

    private mutating func read(_ section: JSON) {
        if let text = section["Subnet"]?.string, let subnet = IPPrefix(text) { subnets.append(subnet) }
        let auxiliary = section["AuxiliaryAddresses"]
        for said in [
            section["Gateway"], auxiliary?["DefaultGatewayIPv4"], auxiliary?["DefaultGatewayIPv6"],
        ] {
            if let text = said?.string, let address = DockerAddress.read(text) { gateways.append(address) }
        }
    }

    private mutating func read(_ driver: String, options: JSON) {
        switch driver {
        case "bridge":
            self.driver = .bridge
            let name = options["com.docker.network.bridge.name"]?.string
            bridge = InterfaceName(text: name ?? "br-" + String(decoding: id.utf8.prefix(12), as: UTF8.self))
        case "macvlan", "ipvlan":
            let isLayer2 = ["l2", ""].contains(options["ipvlan_mode"]?.string ?? "")
            self.driver = driver == "macvlan" ? .macvlan : .ipvlan(isLayer2: isLayer2)
            parent = options["parent"]?.string.flatMap { InterfaceName(text: $0) }
        default: break
        }
    }
}

/// Docker's ids: 64 hexadecimal digits.
enum DockerID {
    static func isOne(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}

enum DockerAddress {
    /// An address; Docker before 28 writes some with a prefix length behind it.
    static func read(_ text: String) -> IPAddress? {
        text.utf8.count > 64 ? nil : IPAddress(text.parts(between: UInt8(ascii: "/"), most: 2)[0])
    }
}
