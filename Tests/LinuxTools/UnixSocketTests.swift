import CLinux
import Foundation
import Laboratory
import Testing

@testable import LinuxSystem
@testable import LinuxTools

@Suite struct UnixSocketTests {
    /// Answers one connection on a thread of its own.
    private func serve(_ path: String, _ answer: @escaping @Sendable (Int32) -> Void) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 1) == 0 else { throw POSIXError(.EIO) }
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            answer(connection)
            close(connection)
            close(listener)
        }
    }

    private func send(_ text: String, _ connection: Int32) -> Bool {
        Foundation.send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
    }

    @Test func allThatIsAnsweredIsRead() throws {
        let scratch = try Scratch()
        try serve(scratch.path + "/s") { connection in
            var request = [UInt8](repeating: 0, count: 16)
            let count = recv(connection, &request, 16, 0)
            let asked = String(decoding: request.prefix(max(count, 0)), as: UTF8.self)
            _ = send("you asked ", connection) && send(asked, connection)
        }
        #expect(
            String(decoding: try UnixSocket.ask(scratch.path + "/s", "why", limit: 100), as: UTF8.self)
                == "you asked why")
    }

    @Test func anAnswerThatIsTooLongIsRefused() throws {
        let scratch = try Scratch()
        try serve(scratch.path + "/s") { connection in while send("more ", connection) {} }
        #expect { try UnixSocket.ask(scratch.path + "/s", "?", limit: 1000) } throws: { error in
            (error as? KernelError)?.errno == .tooBig
        }
    }

    /// Each byte comes long before anybody's patience with one is at an end.
    @Test func anAnswerThatDripsForEverIsGivenUp() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/s"
        try serve(path) { connection in while send(".", connection) { usleep(100_000) } }
        let said = Said()
        #expect(
            ends {
                do throws(KernelError) { _ = try UnixSocket.ask(path, "?", limit: 1 << 20) } catch {
                    said.errno = error.errno
                }
            })
        #expect(said.errno == .timedOut)
    }

    @Test func nobodyListeningIsTold() throws {
        let scratch = try Scratch()
        #expect { try UnixSocket.ask(scratch.path + "/none", "?", limit: 10) } throws: { error in
            (error as? KernelError)?.errno == .noEntry
        }
    }

    /// Written before `ends` returns true, and read after that.
    private final class Said: @unchecked Sendable { var errno: Errno? }
}
