import LinuxTools
import Testing

/// What is a reply, and what is not.
@Suite struct HTTPReplyTests {
    private func reply(_ text: String) throws -> HTTPReply? { try HTTPReply(Array(text.utf8)) }

    @Test(arguments: ["1.0", "1.1"]) func theBodyBeginsBehindTheEmptyLine(version: String) throws {
        let reply = try #require(try reply("HTTP/\(version) 200 OK\r\nContent-Type: x\r\n\r\n\r\n\r\nbody"))
        #expect(reply.status == 200 && String(decoding: reply.body, as: UTF8.self) == "\r\n\r\nbody")
    }

    @Test func aReasonAndHeadersMayBeMissing() throws {
        #expect(try reply("HTTP/1.0 404\r\n\r\n")?.status == 404)
        #expect(try reply("HTTP/1.0 204 \r\n\r\n")?.body == [])
    }

    @Test(arguments: ["", "HTTP/1.0 200 OK", "HTTP/1.0 200 OK\r\nA: b\r\n", "HTTP/1.0 200 OK\r\nA: b\r\n\r"])
    func withoutTheEmptyLineMoreMustCome(text: String) throws {
        #expect(try reply(text) == nil)
    }

    @Test(arguments: [
        "\r\n\r\n", "SSH-2.0 200\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.0 20 OK\r\n\r\n",
        "HTTP/1.0 2000 OK\r\n\r\n",
        "HTTP/1.0 +20 OK\r\n\r\n", "HTTP/1.0  200 OK\r\n\r\n", "HTTP/1.0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nno header\r\n\r\n",
    ]) func whatIsNoReplyIsRefused(text: String) {
        #expect(throws: (any Error).self) { try reply(text) }
    }

    @Test func aHeadWithoutEndIsRefused() {
        let endless = "HTTP/1.0 200 OK\r\nA: " + String(repeating: "x", count: HTTPReply.longestHead)
        #expect(throws: (any Error).self) { try reply(endless) }
        #expect(throws: (any Error).self) { try reply(endless + "\r\n\r\n") }
    }
}
