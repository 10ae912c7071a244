public import LinuxSystem

/// A reply to a request in HTTP/1.0, whose body ends with the connection: RFC 1945, sections 6 and 7.2.2.
public struct HTTPReply: Sendable {
    /// 200 if all is well.
    public let status: Int
    /// As much of the body as has come.
    public let body: [UInt8]

    /// The longest head that is read, in bytes.
    public static let longestHead = 1 << 14

    /// The reply that begins with these bytes; nil if its head is not complete.
    ///
    /// - Throws: `EBADMSG` if it is no such reply, or if its head is too long.
    public init?(_ bytes: [UInt8]) throws(KernelError) {
        guard let end = Self.endOfHead(bytes) else {
            if bytes.count > Self.longestHead { throw Self.fault }
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first.flatMap(Self.status),
            lines.dropFirst().allSatisfy({ $0.utf8.contains(UInt8(ascii: ":")) })
        else { throw Self.fault }
        self.status = status
        body = Array(bytes[(end + 4)...])
    }

    private static let fault = KernelError("read the reply", .badMessage, explanation: "it is no HTTP/1.0")

    /// Where the empty line is that ends the head.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        return bytes.indices.prefix(longestHead).first { bytes[$0...].starts(with: end) }
    }

    /// Of a line like `HTTP/1.0 200 OK`.
    private static func status(_ line: Substring) -> Int? {
        let words = line.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, ["HTTP/1.0", "HTTP/1.1"].contains(where: { words[0].elementsEqual($0.utf8) }),
            words[1].count == 3, words[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(String(decoding: words[1], as: UTF8.self))
    }
}
