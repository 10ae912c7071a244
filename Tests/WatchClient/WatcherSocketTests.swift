import Foundation
import Laboratory
import LinuxTools
import Testing

@testable import LinuxSystem
@testable import WatchClient

/// The other end is a program of root's, but none of its answers is waited for without an end, or believed without a look.
@Suite struct WatcherSocketTests {
    private let scratch: Scratch
    private let watcher: WatcherSocket

    init() throws {
        scratch = try Scratch()
        watcher = WatcherSocket(scratch.path + "/s")
    }

    /// Answers one request with these texts, one after the other, and hangs up; without any it does not even read the request.
    private func serve(_ texts: [String]) throws {
        let server = Listener(try StreamServer(at: watcher.path, group: nil))
        Thread.detachNewThread {
            while true {
                _ = Poll.wait([server.descriptor], milliseconds: 1000)
                guard let connection = server.accept() else { continue }
                if !texts.isEmpty { _ = Poll.wait([connection.number], milliseconds: 1000) }
                if !texts.isEmpty { _ = connection.receiveNow(atMost: 4096) }
                for text in texts {
                    _ = connection.sendNow(Array(text.utf8))
                    usleep(20_000)
                }
                return
            }
        }
    }

    private func failure(_ body: () throws -> Void) -> KernelError? {
        do { try body() } catch { return error as? KernelError }
        return nil
    }

    private static let head = "HTTP/1.0 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"

    @Test func aStatusIsAsked() throws {
        try serve([
            Self.head, String(WatcherStatusTests.text.prefix(100)), String(WatcherStatusTests.text.dropFirst(100)),
        ])
        #expect(try watcher.status().kept == 12)
    }

    @Test func whereNobodyListensItIsSaid() throws {
        #expect(failure { _ = try watcher.status() }?.errno == .noEntry)
        do { _ = try StreamServer(at: watcher.path, group: nil) }
        let refusal = try #require(failure { _ = try watcher.events() })
        #expect(refusal.description == "cannot connect to \(watcher.path): Connection refused (ECONNREFUSED)")
    }

    @Test func whoeverMayNotAskIsHungUpOn() throws {
        try serve([])
        let error = try #require(failure { _ = try watcher.status() })
        #expect(error.errno == .notPermitted && error.description.contains("it hung up: only root and the group"))
    }

    @Test(arguments: [
        ("HTTP/1.0 404 Not Found\r\n\r\n", "it answers with status 404"), ("SSH-2.0-x\r\n\r\n", "it is no HTTP/1.0"),
        ("HTTP/1.0 200 OK\r\n\r\n{", "1"), ("HTTP/1.0 200 OK\r\n\r\n[]", "its status is of another version"),
    ]) func anotherAnswerIsNotBelieved(answer: String, reason: String) throws {
        try serve([answer])
        let error = try #require(failure { _ = try watcher.status() })
        #expect(error.errno == .badMessage && error.description.contains(reason), "\(error)")
    }

    @Test func eventsComeLineByLineUntilTheWatcherEnds() throws {
        let one = #"{"time":"2026-01-31T23:59:59Z","event":"remedy","container":"web","text":"added"}"#
        let two = #"{"time":"2026-01-31T23:59:59Z","event":"message","text":"the policy was read again"}"#
        try serve([
            String(Self.head.prefix(9)), "\(Self.head.dropFirst(9))\(one.prefix(5))", "\(one.dropFirst(5))\n\(two)\n",
        ])
        var events = try watcher.events()
        let first = try #require(try events.next())
        #expect(first.kind == "remedy" && first.container == "web" && first.text == "added" && first.line == one)
        let second = try #require(try events.next())
        #expect(second.container == nil && second.line == two)
        #expect(try events.next() == nil)
    }

    @Test(arguments: ["no json\n", "{\"text\":\"x\"}\n", "[]\n", "\n"]) func aLineThatIsNoEventIsAnError(line: String)
        throws
    {
        try serve([Self.head + line])
        #expect(
            failure {
                var events = try watcher.events()
                _ = try events.next()
            }?.errno == .badMessage)
    }

    @Test func aLineWithoutEndIsAnError() throws {
        try serve([Self.head] + Array(repeating: String(repeating: "x", count: 30_000), count: 4))
        #expect(
            failure {
                var events = try watcher.events()
                _ = try events.next()
            }?.errno == .badMessage)
    }

    /// A server that a thread may own.
    private final class Listener: @unchecked Sendable {
        private let server: StreamServer
        init(_ server: consuming StreamServer) { self.server = server }
        var descriptor: Int32 { server.descriptor }
        func accept() -> FileDescriptor? { server.accept() }
    }
}
