import Laboratory
import LinuxTools
import Testing

@testable import LinuxSystem
@testable import Watch

/// Those who ask, over a real socket. None of them can keep the watcher waiting, or its memory.
@Suite final class SubscribersTests {
    private let scratch: Scratch
    private let path: String
    private let subscribers: Subscribers
    private static let second: UInt64 = 1_000_000_000

    init() throws {
        scratch = try Scratch()
        path = scratch.path + "/s"
        subscribers = Subscribers(try StreamServer(at: path, group: nil))
    }

    private func client(_ request: String = "") throws -> FileDescriptor { try UnixSocket.send(request, to: path) }

    private func attend(after seconds: UInt64 = 0) -> [Subscribers.Question] {
        subscribers.attend(at: Clock.now + seconds * Self.second)
    }

    /// How many are connected.
    private var connected: Int { subscribers.descriptors.count - 1 }

    private func text(_ client: borrowing FileDescriptor) throws -> String {
        String(decoding: try client.readAll(limit: 1 << 24, name: path), as: UTF8.self)
    }

    /// Whether the other end has closed. The kernel makes an error of it where something was not read.
    private func isHungUpOn(_ client: borrowing FileDescriptor) -> Bool {
        do { return try client.read(atMost: 1, name: path).isEmpty } catch { return error.errno != .again }
    }

    @Test func aQuestionIsAnsweredAndTheConnectionClosed() throws {
        let client = try client("GET /metrics HTTP/1.0\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n")
        for question in attend() {
            #expect(question.path == "/metrics" && question.accepted == "Accept: application/openmetrics-text")
            subscribers.answer(question, "text/plain", "all is well\n")
        }
        #expect(connected == 0 && subscribers.deadline == nil)
        let answer = try text(client)
        #expect(
            answer
                == "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nall is well\n")
    }

    @Test func aRequestMayComeInParts() throws {
        let client = try client("GET /sta")
        #expect(attend().isEmpty && connected == 1)
        try client.write("tus HTTP/1.1\nAccept: */*\n", name: path)
        #expect(attend().isEmpty)
        try client.write("\n", name: path)
        #expect(attend().map { $0.path } == ["/status"])
    }

    @Test(arguments: [
        "\u{1}\u{2}\u{3}\r\n\r\n", "POST /status HTTP/1.0\r\n\r\n", "GET /status\r\n\r\n", "\n\n", "\r\n",
    ])
    func whatIsNoQuestionIsRefused(request: String) throws {
        let client = try client(request + (request == "\r\n" ? "\r\n" : ""))
        for question in attend() {
            #expect(question.path == "")
            subscribers.refuse(question)
        }
        let answer = try text(client)
        #expect(answer.hasPrefix("HTTP/1.0 404 Not Found\r\n"))
        #expect(connected == 0)
    }

    @Test func aRequestWithoutAnEndIsCutOff() throws {
        let client = try client(String(repeating: "x", count: 5000))
        for _ in 0..<3 { #expect(attend().isEmpty) }
        #expect(connected == 0)
        let isHungUp = isHungUpOn(client)
        #expect(isHungUp)
    }

    @Test func whoeverAsksNothingIsHungUpOn() throws {
        let client = try client("GET /sta")
        #expect(attend().isEmpty)
        let deadline = try #require(subscribers.deadline)
        #expect((Clock.now..<Clock.now + 5 * Self.second).contains(deadline))
        #expect(attend(after: 6).isEmpty && connected == 0)
        let isHungUp = isHungUpOn(client)
        #expect(isHungUp)
    }

    @Test func theSeventeenthIsTurnedAway() throws {
        let clients = try (0..<16).map { _ in Box(try client("GET /events HTTP/1.0\r\n\r\n")) }
        for question in attend() { subscribers.follow(question) }
        let last = try client("GET /status HTTP/1.0\r\n\r\n")
        #expect(attend().isEmpty && connected == 16)
        let isHungUp = isHungUpOn(last)
        #expect(isHungUp)
        #expect(
            Poll.wait([subscribers.descriptors[0]], milliseconds: 0) == [], "nothing keeps the watcher from waiting")
        #expect(clients.count == 16)
    }

    @Test func listenersHearEveryLineAndAreForgottenWhenTheyHangUp() throws {
        var client: Box? = Box(try client("GET /events HTTP/1.0\r\n\r\n"))
        #expect(!subscribers.areAnyListening)
        for question in attend() { subscribers.follow(question) }
        #expect(subscribers.areAnyListening && subscribers.deadline == nil)
        subscribers.tell("{\"one\":1}")
        subscribers.tell("{\"two\":2}")
        let heard = String(decoding: try #require(try client?.file.read(atMost: 4096, name: path)), as: UTF8.self)
        #expect(heard.hasSuffix("\r\n\r\n{\"one\":1}\n{\"two\":2}\n"))
        client = nil
        #expect(attend().isEmpty && connected == 0 && !subscribers.areAnyListening)
        subscribers.tell("{\"three\":3}")
    }

    @Test func aListenerThatDoesNotReadIsHungUpOn() throws {
        let client = Box(try client("GET /events HTTP/1.0\r\n\r\n"))
        for question in attend() { subscribers.follow(question) }
        let line = String(repeating: "x", count: 10_000)
        for _ in 0..<1000 { subscribers.tell(line) }
        #expect(connected == 0 && !subscribers.areAnyListening, "after a megabyte at once")
        _ = client
    }

    @Test func aListenerThatIsStoppedIsHungUpOnAfterAWhile() throws {
        let client = Box(try client("GET /events HTTP/1.0\r\n\r\n"))
        for question in attend() { subscribers.follow(question) }
        let line = String(repeating: "x", count: 10_000)
        while subscribers.deadline == nil { subscribers.tell(line) }
        #expect(attend().isEmpty && connected == 1)
        #expect(try #require(subscribers.deadline) > Clock.now, "it is not tried again at once")
        #expect(attend(after: 6).isEmpty && connected == 0)
        _ = client
    }

    @Test func aLongAnswerReachesWhoeverReadsSlowly() throws {
        let client = try client("GET /metrics HTTP/1.0\r\n\r\n")
        let body = String(repeating: "metric 1\n", count: 200_000)
        for question in attend() { subscribers.answer(question, "text/plain", body) }
        #expect(connected == 1 && subscribers.deadline != nil)
        var received = 0
        while true {
            let bytes = try client.read(atMost: 1 << 16, name: path)
            if bytes.isEmpty { break }
            received += bytes.count
            _ = attend()
        }
        #expect(received > body.utf8.count && connected == 0)
    }

    /// A descriptor that can be kept in a variable and let go.
    private final class Box {
        let file: FileDescriptor
        init(_ file: consuming FileDescriptor) { self.file = file }
    }
}
