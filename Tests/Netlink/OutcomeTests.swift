import Datagrams
import LinuxSystem
import Testing

@testable import Netlink

/// Acknowledgements, refusals and the ends of dumps.
@Suite struct OutcomeTests {
    private static let capped: UInt16 = 0x100
    private static let hasAttributes: UInt16 = 0x200

    private func message(_ type: UInt16, flags: UInt16 = 0, _ payload: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: 16).with(UInt32(16 + payload.count), at: 0).with(type, at: 4).with(flags, at: 6)
            + payload
    }

    private func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value) { [UInt8]($0) } }

    /// What the kernel says in attribute `NLMSGERR_ATTR_MSG`.
    private func sentence(_ text: String) -> [UInt8] {
        let value = Array(text.utf8) + [0]
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return [UInt8(4 + value.count), 0, 1, 0] + value + padding
    }

    private func outcome(_ bytes: [UInt8]) throws -> Message.Outcome {
        try Datagram(bytes).parse { $0.outcome("try") }
    }

    private func error(_ errno: Errno, _ explanation: String? = nil) -> Message.Outcome {
        .failed(KernelError("try", errno, explanation: explanation))
    }

    private let request = [UInt8](hex: "34000000180005060100000000000000")

    @Test func noErrorIsDone() throws {
        #expect(try outcome(message(2, number(0) + request)) == .done)
        #expect(try outcome(message(2, flags: Self.capped, number(0) + request)) == .done)
    }

    @Test func aRefusalThatIsCappedIsExplained() throws {
        let bytes = number(-113) + request + sentence("Nexthop has invalid gateway")
        #expect(
            try outcome(message(2, flags: Self.capped | Self.hasAttributes, bytes))
                == error(Errno(rawValue: 113), "Nexthop has invalid gateway"))
    }

    @Test func aRefusalThatEchoesTheRequestIsExplained() throws {
        let echoed = request + [UInt8](repeating: 0xff, count: 0x34 - 16)
        let bytes = number(-22) + echoed + sentence("Invalid scope")
        #expect(try outcome(message(2, flags: Self.hasAttributes, bytes)) == error(.invalid, "Invalid scope"))
    }

    @Test func whatATerminalWouldObeyIsNotRepeated() throws {
        let bytes = number(-22) + request + sentence("no \u{1b}[2J\u{9b}device")
        #expect(
            try outcome(message(2, flags: Self.capped | Self.hasAttributes, bytes)) == error(.invalid, "no ?[2J?device")
        )
    }

    @Test func anExplanationThatIsNotAnnouncedIsNotLookedFor() throws {
        let bytes = number(-22) + request + sentence("Invalid scope")
        #expect(try outcome(message(2, flags: Self.capped, bytes)) == error(.invalid))
    }

    @Test func aRefusalThatLiesAboutWhatItEchoesIsARefusal() throws {
        for length: UInt32 in [0, 15, 16, 17, 60, 0x7fff_ffff, 0xffff_ffff] {
            let bytes = number(-1) + request.with(length, at: 0) + sentence("no")
            let outcome = try outcome(message(2, flags: Self.hasAttributes, bytes))
            guard case .failed(let error) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(error.errno == .notPermitted)
        }
    }

    @Test func anAcknowledgementThatIsCutShortIsAnError() throws {
        for length in 0..<20 {
            let outcome = try outcome(message(2, [UInt8](repeating: 0, count: length)))
            #expect(outcome == error(.badMessage, "the kernel's acknowledgement is cut short"))
        }
    }

    @Test func theSmallestNumberIsNoTrap() throws {
        guard case .failed(let error) = try outcome(message(2, number(.min) + request)) else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno.rawValue == .min)
        guard case .failed = try outcome(message(3, number(.min))) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func theEndOfADumpMayBeAnError() throws {
        #expect(try outcome(message(3, number(0))) == .done)
        #expect(try outcome(message(3, [])) == .done)
        #expect(try outcome(message(3, number(-95))) == error(.notSupported))
    }

    @Test func whatIsNeitherIsDataAndLostRepliesAreAnError() throws {
        #expect(try outcome(message(1, [])) == .data)
        #expect(try outcome(message(24, [])) == .data)
        #expect(try outcome(message(4, [])) == error(.noBuffers, "replies were lost"))
    }

    @Test func anInterruptedDumpIsMarked() throws {
        #expect(try Datagram(message(3, flags: 0x12, number(0))).parse { $0.isInterruptedDump })
        #expect(try Datagram(message(3, flags: 0x2, number(0))).parse { !$0.isInterruptedDump })
    }

    @Test func onlyAcknowledgementsAnswerABatch() throws {
        let datagram = Datagram(message(24, []))
        if try datagram.parse({ $0.acknowledgement("try") }) != nil {
            Issue.record("data taken for an acknowledgement")
        }
        let refused = Datagram(message(2, number(-17) + request))
        guard case .failure(let error)? = try refused.parse({ $0.acknowledgement("try") }) else {
            Issue.record("not refused")
            return
        }
        #expect(error == KernelError("try", .exists))
    }
}
