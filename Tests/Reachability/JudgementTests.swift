import Netlink
import Testing

@testable import Reachability

/// What rows say together: loss is what others do not lose.
@Suite struct JudgementTests {
    private static func target(_ kind: ProbeTarget.Kind, _ address: String) throws -> ProbeTarget {
        ProbeTarget(kind, try #require(IPAddress(address)), port: 9)
    }

    /// A row of ten probes.
    private static func result(
        _ source: ProbeSource, _ kind: ProbeProtocol, _ target: ProbeTarget, answered: Int
    ) -> RowResult {
        RowResult(ProbeRow(source, kind, target), sent: 10, times: (0..<answered).map { UInt64($0) })
    }

    @Test func aRowThatLosesHalfIsTold() throws {
        let host = try Self.target(.host, "198.51.100.1")
        let judgement = Judgement([
            Self.result(.unbound, .ping, host, answered: 5), Self.result(.device("eth0"), .ping, host, answered: 10),
        ])
        #expect(judgement.verdict == .lost)
        #expect(judgement.losing.map { $0.row.source } == [.unbound] && judgement.losing[0].lost == 5)
    }

    @Test func aRowThatLosesAllIsTold() throws {
        let host = try Self.target(.host, "198.51.100.1")
        let judgement = Judgement([
            Self.result(.unbound, .tcp, host, answered: 10), Self.result(.device("eth1"), .tcp, host, answered: 0),
        ])
        #expect(judgement.verdict == .lost && judgement.losing.map { $0.row.source } == [.device("eth1")])
    }

    /// Nothing to compare with is no loss, and no proof that all is well either.
    @Test func aTargetThatAnswersNothingIsNoLoss() throws {
        let (gateway, host) = (try Self.target(.gateway, "10.89.1.1"), try Self.target(.host, "198.51.100.1"))
        let judgement = Judgement(
            ProbeProtocol.allCases.flatMap {
                [Self.result(.unbound, $0, gateway, answered: 10), Self.result(.unbound, $0, host, answered: 0)]
            })
        #expect(judgement.verdict == .noAnswer && judgement.losing.isEmpty)
        #expect(judgement.silentTargets == [host] && judgement.unansweredProtocols.isEmpty)
    }

    /// Some routers never answer themselves.
    @Test(arguments: [true, false]) func aSilentGatewayIsExcusedByWhatLiesBeyond(isBeyondAnswered: Bool) throws {
        let (gateway, far) = (try Self.target(.gateway, "169.254.1.1"), try Self.target(.named, "203.0.113.1"))
        let judgement = Judgement(
            ProbeProtocol.allCases.flatMap {
                [
                    Self.result(.device("eth0"), $0, gateway, answered: 0),
                    Self.result(.device("eth0"), $0, far, answered: isBeyondAnswered ? 10 : 0),
                ]
            })
        #expect(judgement.verdict == (isBeyondAnswered ? .answered : .noAnswer))
    }

    /// A firewall may drop one protocol at one target; where no target answers it, nobody knows.
    @Test(arguments: [true, false]) func aProtocolMustBeAnsweredSomewhere(isAnsweredBeyond: Bool) throws {
        let (gateway, far) = (try Self.target(.gateway, "10.89.1.1"), try Self.target(.named, "203.0.113.1"))
        let judgement = Judgement([
            Self.result(.unbound, .ping, gateway, answered: 10), Self.result(.unbound, .tcp, gateway, answered: 0),
            Self.result(.unbound, .ping, far, answered: 10),
            Self.result(.unbound, .tcp, far, answered: isAnsweredBeyond ? 10 : 0),
        ])
        #expect(judgement.verdict == (isAnsweredBeyond ? .answered : .noAnswer))
        #expect(judgement.unansweredProtocols.map { $0.protocol } == (isAnsweredBeyond ? [] : [.tcp]))
    }

    /// The host knows who should answer.
    @Test func aPublishedPortThatIsSilentIsLost() throws {
        let port = try Self.target(.published, "198.51.100.1")
        let judgement = Judgement([Self.result(.host, .tcp, port, answered: 0)])
        #expect(judgement.verdict == .lost && judgement.silentTargets.isEmpty)
    }

    @Test func whatWasNotSentWasNotAnswered() throws {
        let target = try Self.target(.host, "198.51.100.1")
        let results = [Self.result(.unbound, .tcp, target, answered: 10)]
        #expect(Judgement(results).verdict == .answered)
        #expect(Judgement(results, isWhole: false).verdict == .noAnswer)
    }

    @Test func nothingSentProvesNothing() { #expect(Judgement([]).verdict == .noAnswer) }

    @Test func theMedianIsOfTheAnswers() throws {
        let target = try Self.target(.host, "198.51.100.1")
        #expect(RowResult(ProbeRow(.unbound, .udp, target), sent: 4, times: [9, 1, 5]).median == 5)
        #expect(RowResult(ProbeRow(.unbound, .udp, target), sent: 4).median == nil)
    }
}
