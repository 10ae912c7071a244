import CKernel
public import LinuxSystem
public import Netlink

/// An unconnected UDP socket that is bound to every address of its namespace, `sock_diag(7)`.
public struct WildcardServer: Hashable, Sendable {
    public var port: UInt16
    /// The families whose datagrams it receives: both for an IPv6 socket without `IPV6_V6ONLY`.
    public var versions: [IPVersion]

    public init(port: UInt16, versions: [IPVersion]) {
        self.port = port
        self.versions = versions
    }
}

extension WildcardServer {
    /// Nil for any other socket: bound to an address or a device, or connected.
    init?(_ message: Message) {
        guard let header = message.familyHeader(inet_diag_msg.self),
            let version = IPVersion(addressFamily: header.idiag_family)
        else { return nil }
        let address = header.id.idiag_src
        guard header.id.idiag_if == 0, header.id.idiag_dport == 0, header.id.idiag_sport != 0,
            (address.0, address.1, address.2, address.3) == (0, 0, 0, 0)
        else { return nil }
        self.init(port: UInt16(bigEndian: header.id.idiag_sport), versions: [version])
        guard version == .v6 else { return }
        for attribute in message.attributes(after: inet_diag_msg.self)
        where attribute.type == INET_DIAG_SKV6ONLY {
            if attribute.uint8 == 0 { versions = [.v4, .v6] }
        }
    }
}

extension Request {
    /// Lists unconnected UDP sockets: their state is `TCP_CLOSE` (7).
    package static func listUnconnectedUDPSockets(_ version: IPVersion) -> Request {
        var request = Request("list UDP sockets", type: Int(SOCK_DIAG_BY_FAMILY), flags: 0)
        var header = inet_diag_req_v2()
        header.sdiag_family = version.addressFamily
        header.sdiag_protocol = UInt8(IPPROTO_UDP)
        header.idiag_states = 1 << 7
        request.append(header)
        return request
    }
}

extension Socket {
    /// The UDP servers on every address in the namespace of this `socketDiagnosis` socket. Nil if a family has more than `most`
    /// sockets; then the rest of the dump is unread, and the socket must not be used again.
    public mutating func wildcardServers(unlessMoreThan most: Int) throws(KernelError) -> [WildcardServer]? {
        var servers: [WildcardServer] = []
        for version in IPVersion.allCases {
            var found: [WildcardServer] = []
            var count = 0
            let again = {
                found = []
                count = 0
            }
            let isComplete = try read(.listUnconnectedUDPSockets(version), again: again) { message in
                count += 1
                if let server = WildcardServer(message) { found.append(server) }
                return count <= most
            }
            guard isComplete else { return nil }
            servers += found
        }
        return servers
    }
}
