import Keel
import Netlink
import Testing

@testable import Diagnosis

/// What is told of INVALID segments, by what the host does to them and to addresses.
@Suite struct InvalidFindingTests {
    /// A host that translates, before Evenkeel did anything to it.
    private static func host(translatesIPv4: Bool = true, _ change: (inout HostSnapshot) -> Void = { _ in })
        -> HostObservation
    {
        var host = TestObservation.host()
        var snapshot = HostSnapshot()
        change(&snapshot)
        host.snapshot = snapshot
        host.evidence.translatesIPv4 = translatesIPv4
        var guarded = Guarded(versions: IPVersion.allCases)
        guarded.isForHost = true
        (host.plan.invalid, host.plan.notes) = snapshot.planInvalid(Policy().invalid, guarded)
        return host
    }

    private func found(_ host: HostObservation, gateway: String = "10.89.1.1") throws -> [String] {
        var container = TestObservation(metrics: [100])
        container.routes[0].nextHops[0].gateway = IPAddress(gateway)
        return try container.findings(host) { $0.entrances = [container.entrance(0)] }
            .map { "\($0.id.rawValue) \($0.severity.rawValue)" }
    }

    @Test func whereAddressesAreTranslatedTheDropIsMissed() throws {
        #expect(try found(Self.host()) == ["invalid-not-dropped-input warning"])
        #expect(try found(Self.host(), gateway: "10.89.1.254") == [], "which another router does")
    }

    @Test func whereNothingIsTranslatedThereIsNothingToReset() throws {
        #expect(try found(Self.host(translatesIPv4: false)) == [])
        #expect(try found(Self.host(translatesIPv4: false) { $0.translatesIPv6 = true }) == [], "only IPv6, by none")
    }

    @Test func aLiberalKernelNeedsNoDrop() throws {
        #expect(try found(Self.host { $0.beLiberal = 1 }) == [])
        #expect(try found(Self.host { ($0.beLiberal, $0.loose) = (1, 0) }) == [])
    }

    /// Before `host apply` as after it.
    @Test func aDropThatCannotBeWholeIsOneFinding() throws {
        #expect(try found(Self.host { $0.loose = 0 }) == ["invalid-policy-conflict warning"])
        #expect(try found(Self.host { $0.forwardsWithIPVS = true }) == ["invalid-policy-conflict warning"])
        #expect(try found(Self.host(translatesIPv4: false) { $0.loose = 0 }) == [])
    }
}
