import Laboratory
import Netlink

/// Bytes that no kernel sends, made of what one sent. Memory behind them is forbidden, so reading on would end the test.
package enum Hostility {
    /// Cut anywhere, with the header as it was and with one that says how much there is.
    package static func cuts(of hex: String, _ body: (Datagram) -> Void) {
        let whole = [UInt8](hex: hex)
        for length in 0...whole.count {
            let cut = Array(whole.prefix(length))
            body(Datagram(cut))
            if length >= 4 { body(Datagram(cut.with(UInt32(length), at: 0))) }
        }
    }

    /// Each 16-bit number that might be a length replaced by others.
    package static func wrongLengths(of hex: String, _ body: (Datagram) -> Void) {
        let whole = [UInt8](hex: hex)
        for offset in stride(from: 0, to: whole.count - 1, by: 4) {
            for length in [
                0, 1, 3, 4, 5, 7, 8, UInt16(whole.count - offset), UInt16(whole.count - offset + 1), 0x7fff, 0xffff,
            ] {
                body(Datagram(whole.with(length, at: offset)))
            }
        }
    }

    /// A few bytes replaced, and some of them cut as well; the message's own length is right.
    package static func noise(in captures: [String], rounds: Int = 4000, _ body: (Datagram) -> Void) {
        var random = SeededGenerator(seed: 69)
        for _ in 0..<rounds {
            var bytes = [UInt8](hex: captures.randomElement(using: &random) ?? "")
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 4..<bytes.count, using: &random)
                bytes[place] =
                    Bool.random(using: &random)
                    ? [0, 1, 4, 8, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
                    : .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes = Array(bytes.prefix(Int.random(in: 16...bytes.count, using: &random)))
            }
            if bytes.count >= 16 { body(Datagram(bytes.with(UInt32(bytes.count), at: 0))) }
        }
    }
}
