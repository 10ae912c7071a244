package import CMnl
package import LinuxSystem

/// One message of a received datagram, valid as long as the datagram.
///
/// `Messages` yields only messages whose stated length fits the datagram.
package struct Message {
    package let header: UnsafePointer<nlmsghdr>

    /// What a message means to the request it answers.
    enum Outcome: Equatable {
        case data
        /// The request was carried out, or the dump ended.
        case done
        case failed(KernelError)
    }

    package var sequence: UInt32 { header.pointee.nlmsg_seq }

    package var type: UInt16 { header.pointee.nlmsg_type }

    var isInterruptedDump: Bool { Int32(header.pointee.nlmsg_flags) & NLM_F_DUMP_INTR != 0 }

    /// Read here and not by libmnl, for speed, as an attribute's is.
    private var payload: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: UnsafeRawPointer(header) + Self.headerSize, count: Int(header.pointee.nlmsg_len) - Self.headerSize)
    }

    private static let headerSize = MemoryLayout<nlmsghdr>.size

    /// The family's own header, such as `ifinfomsg`; nil if the message is too short.
    package func familyHeader<Header: BitwiseCopyable>(_: Header.Type) -> Header? {
        let payload = payload
        guard payload.count >= MemoryLayout<Header>.size else { return nil }
        return payload.loadUnaligned(as: Header.self)
    }

    /// The attributes after a family header of that type.
    package func attributes<Header: BitwiseCopyable>(after _: Header.Type) -> Attributes {
        Attributes(payload.dropping(aligned: MemoryLayout<Header>.size))
    }

    /// Distinguishes data, the end, and a refusal. An error's extended acknowledgement becomes its explanation.
    func outcome(_ attempt: Attempt) -> Outcome {
        switch Int32(type) {
        case NLMSG_ERROR:
            guard let error = familyHeader(nlmsgerr.self) else {
                return .failed(
                    KernelError(attempt.text, .badMessage, explanation: "the kernel's acknowledgement is cut short"))
            }
            if error.error == 0 { return .done }
            // Not negated with `-`: INT32_MIN would trap.
            let errno = Errno(rawValue: 0 &- error.error)
            return .failed(KernelError(attempt.text, errno, explanation: extendedAcknowledgement(error)))
        case NLMSG_DONE:
            // A dump that fails midway says so in its last message.
            if let code = familyHeader(Int32.self), code < 0 {
                return .failed(KernelError(attempt.text, Errno(rawValue: 0 &- code)))
            }
            return .done
        case NLMSG_NOOP: return .data
        case NLMSG_OVERRUN: return .failed(KernelError(attempt.text, .noBuffers, explanation: "replies were lost"))
        default: return .data
        }
    }

    /// The text of `NLMSGERR_ATTR_MSG`, safe for a terminal, since it may quote a name. It follows the header of the refused
    /// request, and its payload unless that was capped.
    private func extendedAcknowledgement(_ error: nlmsgerr) -> String? {
        let flags = Int32(header.pointee.nlmsg_flags)
        guard flags & NLM_F_ACK_TLVS != 0 else { return nil }
        var offset = MemoryLayout<nlmsgerr>.size
        if flags & NLM_F_CAPPED == 0 {
            let echoed = Int(error.msg.nlmsg_len) - MemoryLayout<nlmsghdr>.size
            guard echoed >= 0 else { return nil }
            offset += (echoed + 3) & ~3
        }
        guard offset < payload.count else { return nil }
        for attribute in Attributes(UnsafeRawBufferPointer(rebasing: payload[offset...]))
        where attribute.type == Int(NLMSGERR_ATTR_MSG.rawValue) {
            return printable(attribute.string)
        }
        return nil
    }
}

extension Message {
    /// The result that an `NLMSG_ERROR` states; nil for other messages. For batches, whose messages answer out of turn.
    package func acknowledgement(_ attempt: Attempt) -> Result<Void, KernelError>? {
        guard Int32(type) == NLMSG_ERROR else { return nil }
        if case .failed(let error) = outcome(attempt) { return .failure(error) }
        return .success(())
    }
}

/// The messages of a datagram, in order. It ends at the first that does not fit.
package struct Messages: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer

    package init(_ datagram: UnsafeRawBufferPointer) { rest = datagram }

    package mutating func next() -> Message? {
        guard let start = rest.baseAddress, let length = Int32(exactly: rest.count),
            length >= MemoryLayout<nlmsghdr>.size
        else { return nil }
        let header = start.assumingMemoryBound(to: nlmsghdr.self)
        // libmnl compares signed numbers, so it would accept a length of 2^31.
        guard header.pointee.nlmsg_len <= UInt32(length), mnl_nlmsg_ok(header, length) else { return nil }
        rest = rest.dropping(aligned: Int(header.pointee.nlmsg_len))
        return Message(header: header)
    }
}

extension UnsafeRawBufferPointer {
    static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// The rest after `length` bytes and their padding to a multiple of four, which the last of a run may lack.
    func dropping(aligned length: Int) -> UnsafeRawBufferPointer {
        guard let baseAddress else { return self }
        let dropped = Swift.min((length + 3) & ~3, count)
        return UnsafeRawBufferPointer(start: baseAddress + dropped, count: count - dropped)
    }
}
