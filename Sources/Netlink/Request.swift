package import CMnl
package import LinuxSystem

/// A netlink message being built: header, the family's own header, attributes (`netlink(7)`).
///
/// Public only because Embedded Swift must see the deinit from other modules; only this package can use it. Integers are in host
/// byte order, as in routing netlink, unless a name says otherwise.
public struct Request: ~Copyable {
    package let attempt: Attempt
    let storage: UnsafeMutableRawPointer
    private var overflowed = false

    /// The largest size of a request in bytes; a multipath route of 256 legs fits.
    private static let capacity = 16384

    /// `type` is `RTM_…`; `flags` are `NLM_F_…`, to which `NLM_F_REQUEST` is added.
    package init(_ attempt: Attempt, type: Int, flags: Int32) {
        self.attempt = attempt
        storage = .allocate(byteCount: Self.capacity, alignment: 8)
        // Every part is written whole except its padding, which the kernel does not read, so the memory is not cleared.
        let header = mnl_nlmsg_put_header(storage)
        header?.pointee.nlmsg_type = UInt16(truncatingIfNeeded: type)
        header?.pointee.nlmsg_flags = UInt16(truncatingIfNeeded: NLM_F_REQUEST | flags)
    }

    /// A message that the kernel ignores: `NLMSG_NOOP`.
    package static var nothing: Request { Request("do nothing", type: Int(NLMSG_NOOP), flags: 0) }

    deinit { storage.deallocate() }

    var header: UnsafeMutablePointer<nlmsghdr> { storage.assumingMemoryBound(to: nlmsghdr.self) }

    /// The whole message, also for comparing with what other programs send.
    package var bytes: [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: storage, count: Int(header.pointee.nlmsg_len)))
    }

    var flags: Int32 { Int32(header.pointee.nlmsg_flags) }

    /// Appends the family's header, such as `rtmsg`, directly after netlink's own.
    package mutating func append<Header: BitwiseCopyable>(_ familyHeader: Header) {
        mnl_nlmsg_put_extra_header(header, MemoryLayout<Header>.size)?
            .storeBytes(of: familyHeader, as: Header.self)
    }

    package mutating func put(_ type: Int, _ value: UInt32) {
        note(mnl_attr_put_u32_check(header, Self.capacity, UInt16(truncatingIfNeeded: type), value))
    }

    package mutating func put(_ type: Int, _ value: UInt8) {
        note(mnl_attr_put_u8_check(header, Self.capacity, UInt16(truncatingIfNeeded: type), value))
    }

    package mutating func put(_ type: Int, _ value: UInt16) {
        note(mnl_attr_put_u16_check(header, Self.capacity, UInt16(truncatingIfNeeded: type), value))
    }

    /// Puts a string with its terminating NUL.
    package mutating func put(_ type: Int, _ value: String) {
        note(
            value.withCString { text in
                mnl_attr_put_strz_check(header, Self.capacity, UInt16(truncatingIfNeeded: type), text)
            })
    }

    /// Puts an interface's name with its terminating NUL.
    package mutating func put(_ type: Int, _ name: InterfaceName) {
        name.withPaddedBytes { padded in
            note(
                mnl_attr_put_strz_check(
                    header, Self.capacity, UInt16(truncatingIfNeeded: type),
                    padded.baseAddress?.assumingMemoryBound(to: CChar.self)))
        }
    }

    package mutating func put(_ type: Int, _ payload: [UInt8]) {
        note(mnl_attr_put_check(header, Self.capacity, UInt16(truncatingIfNeeded: type), payload.count, payload))
    }

    package mutating func put(_ type: Int, _ address: IPAddress) { put(type, address.bytes) }

    /// Puts a nested attribute without `NLA_F_NESTED`; what `body` puts goes inside.
    package mutating func nest(_ type: Int, _ body: (inout Request) -> Void) {
        let start = mnl_attr_nest_start_check(header, Self.capacity, UInt16(truncatingIfNeeded: type))
        guard let start else { return note(false) }
        // Routing netlink predates NLA_F_NESTED and does not need it; other families add it to the type.
        start.pointee.nla_type = UInt16(truncatingIfNeeded: type)
        body(&self)
        mnl_attr_nest_end(header, start)
    }

    /// Puts one `rtnexthop` of `RTA_MULTIPATH`: a header with a length of its own, then the leg's attributes.
    mutating func putLeg(_ leg: rtnexthop, _ attributes: (inout Request) -> Void) {
        let start = Int(header.pointee.nlmsg_len)
        guard start + MemoryLayout<rtnexthop>.size <= Self.capacity else { return note(false) }
        append(leg)
        attributes(&self)
        let length = Int(header.pointee.nlmsg_len) - start
        (storage + start).assumingMemoryBound(to: rtnexthop.self).pointee.rtnh_len = UInt16(truncatingIfNeeded: length)
    }

    /// Puts attributes by a library that does not check the message's end: at most `room` bytes.
    package mutating func put(room: Int, _ body: (UnsafeMutablePointer<nlmsghdr>) -> Void) {
        guard Int(header.pointee.nlmsg_len) + room <= Self.capacity else { return note(false) }
        body(header)
    }

    private mutating func note(_ fitted: Bool) { if !fitted { overflowed = true } }

    /// The sequence number, which its answer repeats.
    package var sequence: UInt32 {
        get { header.pointee.nlmsg_seq }
        nonmutating set { header.pointee.nlmsg_seq = newValue }
    }

    /// Appends the whole message to a batch. `bytes` would copy it twice.
    package func append(to batch: inout [UInt8]) {
        batch.append(contentsOf: UnsafeRawBufferPointer(start: storage, count: Int(header.pointee.nlmsg_len)))
    }

    package func validate() throws(KernelError) {
        if overflowed {
            throw KernelError(attempt.text, .messageSize, explanation: "the request outgrew \(Self.capacity) bytes")
        }
    }
}
