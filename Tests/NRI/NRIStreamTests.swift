import Testing

@testable import NRI

/// What runtimes say, as two releases of containerd said it.
@Suite struct NRIStreamTests {
    private func kinds(_ messages: [NRIMessage]) -> [String] {
        messages.map { message in
            switch message {
            case .registered(let refusal): "registered \(refusal ?? "")"
            case .configure(_, let runtime, let version): "configure \(runtime) \(version)"
            case .present(let pod): "present \(name(pod))"
            case .synchronize(_, let isLast): "synchronize \(isLast)"
            case .start(_, let pod): "start \(name(pod))"
            case .other: "other"
            }
        }
    }

    private func name(_ pod: NRIPod) -> String {
        let namespace = pod.namespace.map { $0.hasPrefix("/var/run/netns/cni-") ? "cni" : $0 } ?? "host"
        return ([namespace] + pod.annotations.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
    }

    @Test(arguments: Recorded.versions) func aConnectionWithoutPods(version: String) throws {
        let messages = try Recorded.messages(try Recorded(version, connection: 0).received)
        let found = kinds(messages).sorted { $0.hasPrefix("registered") && !$1.hasPrefix("registered") }
        #expect(
            found == [
                "registered ", "configure containerd \(version == "2.1.9" ? "2.1.9+unknown" : "1.7.24~ds1")",
                "synchronize true",
                "start cni evenkeel.dev/default-route=eth1", "start host", "start cni evenkeel.dev/mode=one",
                "start cni",
            ])
    }

    /// Of a pod that has ended 1.7.24 does not tell where its namespace was, 2.1.9 does.
    @Test(arguments: Recorded.versions) func aConnectionWithPods(version: String) throws {
        let messages = try Recorded.messages(try Recorded(version, connection: 1).received)
        let ended = version == "2.1.9" ? "present cni" : "present host"
        let present = kinds(messages).filter { $0.hasPrefix("present") }
        #expect(present.count == 4)
        #expect(
            Set(present) == [
                "present cni evenkeel.dev/default-route=eth1", "present cni evenkeel.dev/mode=one", "present host",
                ended,
            ])
        #expect(kinds(messages).suffix(2) == ["synchronize true", "start cni"])
    }

    @Test(arguments: Recorded.versions, [0, 1]) func whatWasAnsweredIsWhatIsAnswered(version: String, connection: Int)
        throws
    {
        let recorded = try Recorded(version, connection: connection)
        let answers = try Recorded.messages(recorded.received).compactMap { message -> [UInt8]? in
            switch message {
            case .registered, .present: nil
            case .configure(let stream, _, _), .synchronize(let stream, false): NRIAnswer.one(stream)
            case .synchronize(let stream, true), .start(let stream, _), .other(let stream): NRIAnswer.success(stream)
            }
        }
        #expect([NRIAnswer.registration] + answers == recorded.sent)
    }

    @Test(arguments: Recorded.versions, [0, 1]) func howItIsSplitDoesNotMatter(version: String, connection: Int) throws
    {
        let recorded = try Recorded(version, connection: connection)
        let whole = try Recorded.messages([recorded.stream])
        #expect(try Recorded.messages(recorded.received) == whole)
        #expect(try Recorded.messages(recorded.stream.map { [$0] }) == whole)
        for size in [2, 3, 7, 10, 4096] {
            let starts = stride(from: 0, to: recorded.stream.count, by: size)
            let pieces = starts.map { Array(recorded.stream[$0..<min($0 + size, recorded.stream.count)]) }
            #expect(try Recorded.messages(pieces) == whole)
        }
    }

    /// Every place of the first messages.
    @Test(arguments: Recorded.versions) func twoPiecesSayTheSame(version: String) throws {
        let start = Array(try Recorded(version, connection: 0).stream.prefix(1200))
        let whole = try Recorded.messages([start])
        #expect(whole.count >= 4)
        for place in start.indices {
            let pieces = [Array(start[..<place]), Array(start[place...])]
            #expect(try Recorded.messages(pieces) == whole, "at \(place)")
        }
    }

    @Test(arguments: Recorded.versions, [0, 1]) func whatIsCutOffSaysNoMore(version: String, connection: Int) throws {
        let stream = try Recorded(version, connection: connection).stream
        let whole = try Recorded.messages([stream])
        for length in stride(from: 0, to: stream.count, by: 23) {
            let messages = try Recorded.messages([Array(stream[..<length])])
            #expect(messages == Array(whole.prefix(messages.count)) && messages.count < whole.count)
        }
    }

    /// Messages of both connections may arrive between each other's parts.
    @Test func eachConnectionHasItsOwnMessage() throws {
        let request = Written.message(
            Written.request("StateChange", Written.field(1, 1) + Written.field(2, Written.pod())))
        let response = Written.message(stream: 1, kind: 2, [])
        for (place, other) in [(3, 1), (10, 4), (40, 9), (request.count - 1, 10)] {
            let frames = [
                Written.frame(1, Array(request[..<place])), Written.frame(2, Array(response[..<other])),
                Written.frame(1, Array(request[place...])), Written.frame(2, Array(response[other...])),
            ]
            #expect(Set(kinds(try Recorded.messages(frames))) == ["start cni", "registered "])
        }
    }
}
