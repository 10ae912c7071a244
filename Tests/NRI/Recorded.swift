import Foundation
import Laboratory

@testable import NRI

/// What containerd and the watcher said to each other: each line of a file is `<` (from containerd) or `>`, and bytes as they arrived.
/// A pod web with annotations, agent in the host's network, large with a message of several frames, and one that has ended before the
/// second connection, on which p1 starts.
struct Recorded {
    static let versions = ["1.7.24", "2.1.9"]

    /// What arrived, and what was sent.
    var received: [[UInt8]] = []
    var sent: [[UInt8]] = []

    /// A connection of a file.
    init(_ version: String, connection: Int) throws {
        let path = "\(Shell.packageFolder)/Tests/NRI/recorded/containerd-\(version).txt"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.components(separatedBy: "\n\n")[connection].split(separator: "\n") {
            let bytes = Self.bytes(line.dropFirst(2))
            if line.hasPrefix("<") { received.append(bytes) } else { sent.append(bytes) }
        }
    }

    private static func bytes(_ digits: Substring) -> [UInt8] {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    var stream: [UInt8] { received.flatMap { $0 } }

    /// What a stream says that arrives in these pieces.
    static func messages(_ pieces: [[UInt8]]) throws(NRIFault) -> [NRIMessage] {
        var stream = NRIStream { $0.hasPrefix("evenkeel") }
        var messages: [NRIMessage] = []
        for piece in pieces { messages += try stream.take(piece) }
        return messages
    }
}
