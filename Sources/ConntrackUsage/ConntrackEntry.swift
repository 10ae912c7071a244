import CKernel
public import LinuxSystem
public import Netlink

/// An entry of the connection tracking table from ctnetlink (`linux/netfilter/nfnetlink_conntrack.h`), reduced to who talks
/// to whom.
public struct ConntrackEntry: Hashable, Sendable {
    /// The sender of the first packet.
    public var source: IPAddress
    /// The first packet's destination address, before translation.
    public var destination: IPAddress
    /// The address that answers: not `destination` if that is translated.
    public var responder: IPAddress
    /// The service that the first packet asked for.
    public var service: Service
    /// The conntrack zone, 0 by default. Entries of different zones may have the same addresses.
    public var zone: UInt16
    /// `CTA_ID`, the kernel's number for the entry; nil if it tells none.
    public var id: UInt32?

    public init(
        source: IPAddress, destination: IPAddress, responder: IPAddress? = nil, service: Service, zone: UInt16 = 0,
        id: UInt32? = nil
    ) {
        self.source = source
        self.destination = destination
        self.responder = responder ?? destination
        self.service = service
        self.zone = zone
        self.id = id
    }
}

extension ConntrackEntry {
    /// Nil if the message is no entry, or lacks an address.
    package init?(_ message: Message) {
        guard Int32(message.type) == NFNL_SUBSYS_CTNETLINK << 8 | Int32(IPCTNL_MSG_CT_NEW.rawValue) else { return nil }
        var original = Tuple()
        var responder: IPAddress?
        var zone: UInt16?
        var id: UInt32?
        for attribute in message.attributes(after: nfgenmsg.self) {
            switch attribute.type {
            case Int(CTA_TUPLE_ORIG.rawValue): original = Tuple(attribute.nested)
            case Int(CTA_TUPLE_REPLY.rawValue): responder = Tuple.source(attribute.nested)
            case Int(CTA_ID.rawValue): id = attribute.uint32
            case Int(CTA_ZONE.rawValue): zone = attribute.uint16.map { UInt16(bigEndian: $0) }
            default: break
            }
        }
        guard let source = original.source, let destination = original.destination else { return nil }
        self.init(
            source: source, destination: destination, responder: responder, service: original.service,
            zone: zone ?? original.zone, id: id)
    }

    /// `CTA_TUPLE_…`: one direction's addresses and ports.
    private struct Tuple {
        var source: IPAddress?
        var destination: IPAddress?
        var service = Service(protocol: 0)
        /// `CTA_TUPLE_ZONE`: the zone of this direction only.
        var zone: UInt16 = 0

        init() {}

        init(_ attributes: Attributes) {
            for attribute in attributes {
                switch attribute.type {
                case Int(CTA_TUPLE_IP.rawValue): readAddresses(attribute.nested)
                case Int(CTA_TUPLE_PROTO.rawValue): service = Service(attribute.nested)
                case Int(CTA_TUPLE_ZONE.rawValue): zone = attribute.uint16.map { UInt16(bigEndian: $0) } ?? 0
                default: break
                }
            }
        }

        private mutating func readAddresses(_ attributes: Attributes) {
            for attribute in attributes {
                switch attribute.type {
                case Int(CTA_IP_V4_SRC.rawValue), Int(CTA_IP_V6_SRC.rawValue): source = attribute.address
                case Int(CTA_IP_V4_DST.rawValue), Int(CTA_IP_V6_DST.rawValue): destination = attribute.address
                default: break
                }
            }
        }

        /// Reads only the source, which comes first, because a table is long.
        static func source(_ attributes: Attributes) -> IPAddress? {
            for attribute in attributes where attribute.type == Int(CTA_TUPLE_IP.rawValue) {
                for address in attribute.nested
                where address.type == Int(CTA_IP_V4_SRC.rawValue) || address.type == Int(CTA_IP_V6_SRC.rawValue) {
                    return address.address
                }
            }
            return nil
        }
    }
}

extension Request {
    /// Lists entries of both families in every zone.
    package static func listConntrack() -> Request {
        var request = Request(
            "list the connection tracking table",
            type: Int(NFNL_SUBSYS_CTNETLINK) << 8 | Int(IPCTNL_MSG_CT_GET.rawValue), flags: 0)
        request.append(nfgenmsg(nfgen_family: UInt8(AF_UNSPEC), version: UInt8(NFNETLINK_V0), res_id: 0))
        return request
    }
}

extension Socket {
    /// Passes each entry of the namespace's connection tracking table to `body`. The socket must be of family `netfilter`.
    ///
    /// Entries come and go meanwhile, so one may be missing or come twice. The kernel loads ctnetlink if necessary, and
    /// connection tracking with it.
    public mutating func forEachConntrackEntry(_ body: (ConntrackEntry) -> Void) throws(KernelError) {
        try stream(.listConntrack()) { message in
            if let entry = ConntrackEntry(message) { body(entry) }
        }
    }
}
