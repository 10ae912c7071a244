package import JSON
package import Netlink

/// A running container, as Docker's `GET /containers/json` tells of it: where it is attached.
package struct DockerContainer: Hashable, Sendable {
    /// One of its attachments to a network.
    package struct Endpoint: Hashable, Sendable {
        /// Its address, and the gateway that Docker knows for it; nil if it has none.
        package struct Side: Hashable, Sendable {
            package var address: IPAddress
            package var length: UInt8
            package var gateway: IPAddress?

            package init(_ address: IPAddress, length: UInt8, gateway: IPAddress?) {
                self.address = address
                self.length = length
                self.gateway = gateway
            }
        }

        package var networkID: String
        /// Nil where it is its parent's, as of an ipvlan.
        package var hardware: HardwareAddress?
        package var v4: Side?
        package var v6: Side?

        package init(_ networkID: String, hardware: HardwareAddress?, v4: Side? = nil, v6: Side? = nil) {
            self.networkID = networkID
            self.hardware = hardware
            self.v4 = v4
            self.v6 = v6
        }

        package func side(_ version: IPVersion) -> Side? { version == .v4 ? v4 : v6 }
    }

    package let id: String
    package var endpoints: [Endpoint]

    package init(id: String, endpoints: [Endpoint]) {
        self.id = id
        self.endpoints = endpoints
    }

    /// A limit to what is held.
    private static let most = 16384

    private static var paths: [[String]] {
        [["Id"]]
            + [
                "NetworkID", "MacAddress", "IPAddress", "IPPrefixLen", "Gateway", "GlobalIPv6Address",
                "GlobalIPv6PrefixLen",
                "IPv6Gateway",
            ].map { ["NetworkSettings", "Networks", "*", $0] }
    }

    /// Reads the body of the reply. What is no container is left out, and so is an endpoint without an address.
    package static func list(parsing body: [UInt8]) throws(JSONError) -> [DockerContainer] {
        (try JSON(parsing: body, along: paths, mostItems: most).elements ?? []).compactMap { DockerContainer($0) }
    }

    private init?(_ said: JSON) {
        guard let id = said["Id"]?.string, DockerID.isOne(id) else { return nil }
        self.id = id
        endpoints = (said["NetworkSettings"]?["Networks"]?.members ?? []).compactMap { Endpoint($0.value) }
    }
}

extension DockerContainer.Endpoint {
    fileprivate init?(_ said: JSON) {
        guard let id = said["NetworkID"]?.string, DockerID.isOne(id) else { return nil }
        self.init(
            id, hardware: said["MacAddress"]?.string.flatMap { HardwareAddress($0) },
            v4: Side(said, .v4, "IPAddress", "IPPrefixLen", "Gateway"),
            v6: Side(said, .v6, "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPv6Gateway"))
        if v4 == nil && v6 == nil { return nil }
    }
}

extension DockerContainer.Endpoint.Side {
    fileprivate init?(_ said: JSON, _ version: IPVersion, _ address: String, _ length: String, _ gateway: String) {
        guard let address = said[address]?.string.flatMap({ DockerAddress.read($0) }), address.version == version,
            let length = said[length]?.integer, let length = UInt8(exactly: length), (1...version.bits).contains(length)
        else { return nil }
        let gateway = said[gateway]?.string.flatMap { DockerAddress.read($0) }
        self.init(address, length: length, gateway: gateway?.version == version ? gateway : nil)
    }
}
