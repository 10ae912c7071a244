import CMnl

/// One netlink attribute, readable while the datagram it came in is.
///
/// The typed views are nil when the payload has not the length they need.
package struct Attribute {
    private let header: UnsafePointer<nlattr>

    init(_ header: UnsafePointer<nlattr>) { self.header = header }

    /// Without the flags `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    package var type: Int { Int(mnl_attr_get_type(header)) }

    package var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: mnl_attr_get_payload(header), count: Int(mnl_attr_get_payload_len(header)))
    }

    package var bytes: [UInt8] { [UInt8](payload) }

    package var uint8: UInt8? { payload.count == 1 ? payload[0] : nil }

    package var uint16: UInt16? { payload.count == 2 ? payload.loadUnaligned(as: UInt16.self) : nil }

    /// Host byte order.
    package var uint32: UInt32? { payload.count == 4 ? payload.loadUnaligned(as: UInt32.self) : nil }

    package var int32: Int32? { uint32.map { Int32(bitPattern: $0) } }

    /// Up to the terminating NUL, or all of it if there is none; bytes that are not UTF-8 are replaced.
    package var string: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }

    package var address: IPAddress? { IPAddress(bytes: payload) }

    /// What is nested inside.
    package var nested: Attributes { Attributes(payload) }
}

/// A run of attributes; ends at the first whose stated length does not lie within the run.
package struct Attributes: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer

    package init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    package mutating func next() -> Attribute? {
        guard let start = rest.baseAddress, let length = Int32(exactly: rest.count) else { return nil }
        let header = start.assumingMemoryBound(to: nlattr.self)
        guard mnl_attr_ok(header, length) else { return nil }
        rest = rest.dropping(aligned: Int(header.pointee.nla_len))
        return Attribute(header)
    }
}
