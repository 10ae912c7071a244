import LinuxSystem

/// Those who are connected to the watcher's socket. They speak HTTP/1.0, so that curl and Prometheus can ask as well:
/// `GET /metrics`, `GET /status`, and `GET /events`, which goes on until somebody hangs up.
final class Subscribers {
    /// What somebody asks for.
    struct Question {
        let path: String
        /// What `Accept` says; empty without it.
        let accepted: String
        fileprivate let connection: Connection
    }

    fileprivate final class Connection {
        let descriptor: FileDescriptor
        var received: [UInt8] = []
        var unsent: [UInt8] = []
        var isListening = false
        var isAnswered = false
        let since: UInt64
        /// When it was last tried to send what waits, and when some of it was taken; nanoseconds.
        var lastTry: UInt64
        var lastSent: UInt64

        init(_ descriptor: consuming FileDescriptor, at now: UInt64) {
            self.descriptor = descriptor
            (since, lastTry, lastSent) = (now, now, now)
        }
    }

    private let server: StreamServer
    private var connections: [Connection] = []

    /// Enough for people and a collector. More are turned away.
    private static let most = 16
    private static let longestRequest = 4096
    /// Who does not read that much is hung up on.
    private static let mostUnsent = 1 << 20
    /// Who does not ask, or does not read the answer or any of the events, within that time is hung up on, too: nanoseconds.
    private static let patience: UInt64 = 5 * Clock.second
    /// How soon the rest is sent of what a connection did not take; nanoseconds.
    private static let retry: UInt64 = 10_000_000

    init(_ server: consuming StreamServer) { self.server = server }

    /// What to poll for.
    var descriptors: [Int32] { [server.descriptor] + connections.map { $0.descriptor.number } }

    var areAnyListening: Bool { connections.contains { $0.isListening } }

    /// When something is to be sent to somebody, or somebody who is slow is to be hung up on; nil if nobody waits.
    var deadline: UInt64? {
        connections.compactMap { connection in
            if !connection.unsent.isEmpty { return connection.lastTry + Self.retry }
            return connection.isListening ? nil : connection.since + Self.patience
        }.min()
    }

    /// Takes new connections, and reads what is asked for.
    func attend(at now: UInt64) -> [Question] {
        while let descriptor = server.accept() {
            // One that waits for its turn would keep the server's descriptor ready.
            if connections.count < Self.most { connections.append(Connection(descriptor, at: now)) }
        }
        var questions: [Question] = []
        for connection in connections {
            connection.lastTry = now
            flush(connection)
            guard let bytes = connection.descriptor.receiveNow(atMost: Self.longestRequest) else { continue }
            if bytes.isEmpty {
                connection.isAnswered = true
                connection.isListening = false
                connection.unsent = []
            }
            if connection.isAnswered || connection.isListening { continue }
            connection.received += bytes
            if let question = Self.question(connection) { questions.append(question) }
        }
        close(at: now)
        return questions
    }

    private func close(at now: UInt64) {
        connections.removeAll { connection in
            if connection.isListening {
                return !connection.unsent.isEmpty && connection.lastSent + Self.patience <= now
                    || connection.unsent.count > Self.mostUnsent
            }
            return connection.isAnswered && connection.unsent.isEmpty || connection.since + Self.patience <= now
                || connection.received.count > Self.longestRequest
        }
    }

    /// The request's first line and its `Accept`, once its empty line is there.
    private static func question(_ connection: Connection) -> Question? {
        let lines = String(decoding: connection.received, as: UTF8.self).parts(between: UInt8(ascii: "\n"))
            .map { line in
                line.utf8.last == UInt8(ascii: "\r") ? String(decoding: line.utf8.dropLast(), as: UTF8.self) : line
            }
        guard lines.dropLast().contains(where: { $0.isEmpty }) else { return nil }
        let words = lines[0].words
        let accepted = lines.first { $0.begins(with: "Accept:") || $0.begins(with: "accept:") } ?? ""
        let isGet = words.count == 3 && words[0] == "GET"
        return Question(path: isGet ? words[1] : "", accepted: accepted, connection: connection)
    }

    func answer(_ question: Question, _ type: String, _ body: String) {
        finish(question.connection, Self.head("200 OK", type) + body)
    }

    func refuse(_ question: Question) {
        finish(
            question.connection,
            Self.head("404 Not Found", "text/plain") + "ask for /metrics, /status or /events\n")
    }

    func follow(_ question: Question) {
        send(Self.head("200 OK", "application/x-ndjson"), to: question.connection)
        question.connection.isListening = true
    }

    private static func head(_ status: String, _ type: String) -> String {
        "HTTP/1.0 \(status)\r\nContent-Type: \(type)\r\nConnection: close\r\n\r\n"
    }

    private func finish(_ connection: Connection, _ text: String) {
        send(text, to: connection)
        connection.isAnswered = true
        close(at: connection.since)
    }

    /// Sends a line to all who listen.
    func tell(_ line: String) {
        for connection in connections where connection.isListening { send(line + "\n", to: connection) }
        connections.removeAll { $0.isListening && $0.unsent.count > Self.mostUnsent }
    }

    private func send(_ text: String, to connection: Connection) {
        if connection.unsent.isEmpty { connection.lastSent = Clock.now }
        connection.unsent += Array(text.utf8)
        flush(connection)
    }

    private func flush(_ connection: Connection) {
        guard !connection.unsent.isEmpty else { return }
        guard let sent = connection.descriptor.sendNow(connection.unsent) else {
            connection.unsent = []
            connection.isAnswered = true
            connection.isListening = false
            return
        }
        if sent > 0 { connection.lastSent = Clock.now }
        connection.unsent.removeFirst(sent)
    }
}
