import Laboratory
import Testing

@testable import NRI

/// What no release that was recorded says, and what nobody should.
@Suite struct MessageTests {
    private func said(_ message: [UInt8], on connection: Int = 1) throws(NRIFault) -> [NRIMessage] {
        try Recorded.messages([Written.frame(connection, message)])
    }

    private func asked(_ method: String, _ payload: [UInt8]) throws(NRIFault) -> [NRIMessage] {
        try said(Written.message(Written.request(method, payload)))
    }

    private func started(_ annotations: [(String, String)]) throws -> NRIPod {
        let messages = try asked("RunPodSandbox", Written.field(1, Written.pod(annotations)))
        guard case .start(5, let pod)? = messages.first, messages.count == 1 else { throw NRIFault("no start") }
        return pod
    }

    @Test func aStartComesByEitherName() throws {
        let pod = Written.pod([("evenkeel.dev/skip", "true"), ("a", "b")])
        let new = try asked("RunPodSandbox", Written.field(1, pod))
        #expect(try asked("StateChange", Written.field(1, 1) + Written.field(2, pod)) == new)
        guard case .start(5, let found)? = new.first else { throw NRIFault("no start") }
        #expect(found.namespace == "/var/run/netns/cni-1")
        #expect(found.annotations == [.init(name: "evenkeel.dev/skip", value: "true")] && found.tooLong.isEmpty)
    }

    @Test func whatIsNotKnownIsAnsweredAllTheSame() throws {
        let pod = Written.field(2, Written.pod())
        for event: UInt64 in [0, 2, 3, 99, .max] {
            #expect(try asked("StateChange", Written.field(1, event) + pod) == [.other(stream: 5)])
        }
        #expect(try asked("Shutdown", []) == [.other(stream: 5)] && asked("", pod) == [.other(stream: 5)])
        #expect(try said(Written.message([])) == [.other(stream: 5)])
        #expect(try said(Written.message(Written.field(3, pod))) == [.other(stream: 5)])
        let future: [UInt8] =
            Written.varint(90 << 3 | 1) + [UInt8](repeating: 1, count: 8) + Written.varint(91 << 3 | 5)
            + [1, 2, 3, 4] + Written.field(92, "x") + Written.field(93, .max) + Written.field(94, "")
        #expect(try said(Written.message(future + Written.request("Shutdown", future))) == [.other(stream: 5)])
        #expect(try asked("RunPodSandbox", future + Written.field(1, future)) == [.start(stream: 5, NRIPod())])
    }

    @Test func aListMayComeInParts() throws {
        let pods =
            Written.field(1, Written.pod([("evenkeel.skip", "true")])) + Written.field(1, Written.pod(namespace: nil))
        let messages = try asked("Synchronize", pods + Written.field(2, [1, 2, 3]) + Written.field(3, 1))
        #expect(messages.count == 3 && messages.last == .synchronize(stream: 5, isLast: false))
        guard case .present(let first) = messages[0], case .present(let second) = messages[1] else {
            throw NRIFault("")
        }
        #expect(first.annotations.count == 1 && first.namespace != nil)
        #expect(second == NRIPod(), "nothing of one pod is left in the next")
    }

    @Test func aStatusRefusesTheRegistration() throws {
        let status = Written.field(1, Written.field(1, 2) + Written.field(2, "invalid plugin index"))
        #expect(
            try said(Written.message(stream: 1, kind: 2, status), on: 2) == [
                .registered(refusal: "invalid plugin index (code 2)")
            ])
        #expect(
            try said(Written.message(stream: 1, kind: 2, Written.field(1, [])), on: 2) == [.registered(refusal: nil)])
        #expect(try said(Written.message(stream: 1, kind: 2, []), on: 2) == [.registered(refusal: nil)])
    }

    @Test func annotationsOfOthersTakeNoRoom() throws {
        let pod = try started([
            ("other", String(repeating: "x", count: 1 << 20)), (String(repeating: "k", count: 70_000), "v"),
            ("evenkeel.mode", "one"),
        ])
        #expect(pod.annotations == [.init(name: "evenkeel.mode", value: "one")] && pod.tooLong.isEmpty)
    }

    @Test func forAnnotationsThatAreWantedThereIsSoMuchRoom() throws {
        let text = String(repeating: "x", count: 30_000)
        let pod = try started([
            ("evenkeel.a", text), ("evenkeel.b", text), ("evenkeel.c", text), ("evenkeel.d", "true"),
        ])
        #expect(pod.annotations.map { $0.name } == ["evenkeel.a", "evenkeel.b", "evenkeel.d"])
        #expect(pod.tooLong == ["evenkeel.c"])
        let many = try started((0..<10_000).map { ("evenkeel.\($0)", "12345678") })
        #expect(many.annotations.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } <= NRIPod.most)
        #expect(many.annotations.count > 3000)
    }

    @Test(arguments: [
        Written.frame(0, [1]), Written.frame(3, [1]), Written.word(1) + Written.word(1 << 30),
        Written.word(1) + Written.word(-1), Written.frame(1, Written.word(1 << 30) + Written.word(1) + [1, 0]),
        Written.frame(1, Written.message(kind: 2, [])), Written.frame(1, Written.message(kind: 3, [])),
        Written.frame(2, Written.message(kind: 1, [])),
        // Wire types that nobody uses, lengths beyond the message, numbers and fields that do not end in it.
        Written.frame(1, Written.message([0x0b])), Written.frame(1, Written.message([0x0e, 0])),
        Written.frame(1, Written.message([0x0a, 2, 1])),
        Written.frame(1, Written.message([0x0a] + Written.varint(.max))),
        Written.frame(1, Written.message([0x09, 1, 2])), Written.frame(1, Written.message([0x08])),
        Written.frame(1, Written.message([0x0a])), Written.frame(1, Written.message([0x80])),
        Written.frame(1, Written.message([0x08] + [UInt8](repeating: 0xff, count: 12))),
        Written.frame(1, Written.message(Written.request("RunPodSandbox", [0x0a, 3, 0x32, 9, 0]))),
    ]) func whatCannotBeReadIsAFault(stream: [UInt8]) {
        #expect(throws: NRIFault.self) { try Recorded.messages([stream]) }
        #expect(throws: NRIFault.self) { try Recorded.messages(stream.map { [$0] }) }
    }

    @Test func garbageIsReadToItsEndOrAFault() throws {
        var generator = SeededGenerator(seed: 1)
        let stream = try Recorded("2.1.9", connection: 0).stream
        for _ in 0..<300 {
            var bytes = stream
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let whole = Result { try Recorded.messages([bytes]) }
            let pieces = Result { try Recorded.messages(bytes.map { [$0] }) }
            switch (whole, pieces) {
            case (.success(let one), .success(let other)): #expect(one == other)
            case (.failure, .failure): break
            default: Issue.record("in pieces it is another stream")
            }
        }
    }
}
