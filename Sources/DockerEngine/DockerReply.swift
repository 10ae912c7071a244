package import LinuxSystem

/// What comes of a request, read as it arrives: a head, and a body that ends with the connection (RFC 1945, section 7.2.2).
package struct DockerReply: Sendable {
    private var head: [UInt8] = []
    /// What has come of the body.
    package private(set) var body: [UInt8] = []
    /// Whether the head has come, and all is well.
    package private(set) var isBegun = false
    private let limit: Int
    /// How many bytes of the body were taken as lines, and may go.
    private var taken = 0

    private static let longestHead = 1 << 14

    /// `limit`: how many bytes of the body may wait here.
    package init(limit: Int = DockerSocket.longestReply) { self.limit = limit }

    /// Takes what has arrived.
    ///
    /// - Throws: `EBADMSG` if it is no reply or not what was asked for, `EFBIG` if there is too much of it.
    package mutating func take(_ bytes: [UInt8]) throws(KernelError) {
        if isBegun {
            body += bytes
        } else {
            head += bytes
            if let end = Self.end(of: head) {
                guard Self.isWell(head) else { throw Self.fault("Docker's answer is not 200") }
                isBegun = true
                body = Array(head[end...])
                head = []
            } else if head.count > Self.longestHead {
                throw Self.fault("the answer's head does not end")
            }
        }
        guard body.count <= limit else {
            throw KernelError(
                "read \(DockerSocket.path)", .tooBig, explanation: "more than the \(limit) bytes allowed")
        }
    }

    /// Takes the next whole line out of the body, without its end; nil if there is none. What was taken goes all at once: each time
    /// would cost as much as the rest is long.
    package mutating func takeLine() -> [UInt8]? {
        guard let end = body[taken...].firstIndex(of: UInt8(ascii: "\n")) else {
            body.removeFirst(taken)
            taken = 0
            return nil
        }
        let line = Array(body[taken..<end])
        taken = end + 1
        return line
    }

    package static func fault(_ explanation: String) -> KernelError {
        KernelError("read \(DockerSocket.path)", .badMessage, explanation: explanation)
    }

    /// Where the body begins.
    private static func end(of head: [UInt8]) -> Int? {
        let mark: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a]
        guard head.count >= mark.count else { return nil }
        for place in 0...head.count - mark.count where head[place..<place + mark.count].elementsEqual(mark) {
            return place + mark.count
        }
        return nil
    }

    /// Whether it begins as `HTTP/1.0 200 OK`.
    private static func isWell(_ head: [UInt8]) -> Bool {
        head.starts(with: "HTTP/1.0 200 ".utf8) || head.starts(with: "HTTP/1.1 200 ".utf8)
    }
}
