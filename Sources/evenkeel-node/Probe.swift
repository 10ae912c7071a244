import ConfigurationLists
import JSON
import LinuxSystem

/// Whether the watcher answers at its socket.
struct Probe {
    private let path: String

    /// It answers within a look, which takes milliseconds; nanoseconds.
    private static let patience = 3 * Clock.second
    /// More than the status of thousands of containers.
    private static let limit = 1 << 24

    init(_ path: String) { self.path = path }

    /// - Throws: if it does not answer, or not well.
    func run() throws(Refusal) {
        let deadline = Clock.now + Self.patience
        let socket: FileDescriptor
        do throws(KernelError) { socket = try FileDescriptor(connectingNowTo: path) } catch {
            throw Refusal("\(printable(error.description)); is the watcher running, with this socket?")
        }
        let question = Array("GET /status HTTP/1.0\r\n\r\n".utf8)
        guard socket.sendNow(question) == question.count else { throw failure("the watcher does not read") }
        var answer: [UInt8] = []
        while let part = try receive(socket, until: deadline) {
            answer += part
            guard answer.count <= Self.limit else { throw failure("the answer does not end") }
        }
        try judge(answer)
    }

    /// Nil at the end.
    private func receive(_ socket: borrowing FileDescriptor, until deadline: UInt64) throws(Refusal) -> [UInt8]? {
        while true {
            if let bytes = socket.receiveNow(atMost: 65536) { return bytes.isEmpty ? nil : bytes }
            let now = Clock.now
            guard now < deadline else { throw failure("no answer within \(Self.patience / Clock.second) seconds") }
            _ = Poll.wait([socket.number], milliseconds: Int32(clamping: (deadline - now) / 1_000_000 + 1))
        }
    }

    private func judge(_ answer: [UInt8]) throws(Refusal) {
        let text = String(decoding: answer, as: UTF8.self)
        let lines = text.parts(between: UInt8(ascii: "\n"))
        let isGood = lines[0].begins(with: "HTTP/1.0 200 ")
        guard isGood, let empty = lines.firstIndex(of: "\r") else { throw failure("\"\(printable(lines[0]))\"") }
        let body = lines[(empty + 1)...].joined(separator: "\n")
        var status: JSON?
        do throws(JSONError) { status = try JSON(parsing: Array(body.utf8)) } catch {}
        guard status?.members != nil else { throw failure("the answer is no status") }
    }

    private func failure(_ said: String) -> Refusal { Refusal("cannot ask the watcher at \(printable(path)): \(said)") }
}
