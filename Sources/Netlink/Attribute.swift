import CMnl

/// One netlink attribute (`netlink(7)`), valid as long as the datagram it came in.
///
/// The typed views are nil if the payload does not have their length. Numbers are in host byte order.
package struct Attribute {
    private let header: UnsafePointer<nlattr>

    init(_ header: UnsafePointer<nlattr>) { self.header = header }

    /// The type without the flags `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    package var type: Int { Int(header.pointee.nla_type & Self.typeMask) }

    /// Read here and not by libmnl, as are the lengths, for speed: a table of a million entries has forty million attributes.
    package var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: UnsafeRawPointer(header) + Self.headerSize, count: Int(header.pointee.nla_len) - Self.headerSize)
    }

    /// `NLA_TYPE_MASK`.
    private static let typeMask: UInt16 = 0x3fff
    static let headerSize = MemoryLayout<nlattr>.size

    package var bytes: [UInt8] { [UInt8](payload) }

    package var uint8: UInt8? { payload.count == 1 ? payload[0] : nil }

    package var uint16: UInt16? { payload.count == 2 ? payload.loadUnaligned(as: UInt16.self) : nil }

    /// In host byte order.
    package var uint32: UInt32? { payload.count == 4 ? payload.loadUnaligned(as: UInt32.self) : nil }

    package var int32: Int32? { uint32.map { Int32(bitPattern: $0) } }

    /// The text up to the terminating NUL, or all of it without one. Bytes that are not UTF-8 are replaced.
    package var string: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }

    package var address: IPAddress? { IPAddress(bytes: payload) }

    /// The attributes nested in the payload.
    package var nested: Attributes { Attributes(payload) }
}

/// A run of attributes. It ends at the first whose stated length exceeds the run.
package struct Attributes: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer

    package init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    package mutating func next() -> Attribute? {
        guard let start = rest.baseAddress, rest.count >= Attribute.headerSize else { return nil }
        let header = start.assumingMemoryBound(to: nlattr.self)
        let length = Int(header.pointee.nla_len)
        guard length >= Attribute.headerSize, length <= rest.count else { return nil }
        rest = rest.dropping(aligned: length)
        return Attribute(header)
    }
}
