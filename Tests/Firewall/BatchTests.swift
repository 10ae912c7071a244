import Laboratory
import LinuxSystem
import Netlink
import Testing

@testable import Firewall

/// Batches that are too large, and comments that are none.
@Suite struct BatchTests {
    private let set = InterfaceSet(Table(.v4, "t"), "s")

    private func refusal(_ commands: [Command]) -> KernelError? {
        do throws(KernelError) {
            _ = try Batch(commands, generation: nil, sequence: 1, "commit")
        } catch { return error }
        return nil
    }

    @Test func moreElementsThanAMessageTakesIsAnError() {
        let names = (0..<600).map { InterfaceName(stringLiteral: "veth\($0)") }
        #expect(refusal([.addElements(set, names)])?.errno == .messageSize)
        #expect(refusal([.deleteElements(set, names)])?.errno == .messageSize)
        #expect(refusal([.addElements(set, Array(names.prefix(500)))]) == nil)
    }

    @Test func moreCommandsThanABatchTakesIsAnError() {
        let names = (0..<128).map { InterfaceName(stringLiteral: "veth\($0)") }
        #expect(refusal([Command](repeating: .addElements(set, names), count: 100))?.errno == .messageSize)
        let rule = Rule(
            Chain(set.table, "c", .input), [.isTCP, .isInvalid, .counter, .drop],
            comment: String(repeating: "x", count: 100))
        #expect(refusal([Command](repeating: .addRule(rule), count: 2000))?.errno == .messageSize)
        #expect(refusal([]) == nil)
    }

    @Test(
        arguments: [
            ([], nil), ([0], nil), ([0, 0], ""), ([0, 1, 0], ""), ([0, 2, 0x41, 0], "A"), ([0, 1, 0x41], "A"),
            ([0, 2, 0x41], nil), ([0, 255], nil),
            ([1, 0, 0, 2, 0x42, 0], "B"), ([1, 3, 0, 0, 0], nil), ([1, 255, 0, 1, 0x43], nil),
            ([0, 1, 0xff], "\u{fffd}"),
            ([7, 1, 9, 0, 3, 0x41, 0, 0x42], "A"),
        ] as [([UInt8], String?)])
    func aCommentIsReadFromItsOwnBytesAlone(bytes: [UInt8], comment: String?) {
        let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { exact.deallocate() }
        exact.copyBytes(from: bytes)
        #expect(ruleComment(UnsafeRawBufferPointer(exact)) == comment)
    }

    @Test func randomBytesAreSurvived() {
        var random = SeededGenerator(seed: 69)
        for _ in 0..<20000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...8, using: &random)
            }
            _ = bytes.withUnsafeBytes { ruleComment($0) }
        }
    }
}
