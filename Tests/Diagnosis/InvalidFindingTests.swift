import Firewall
import Netlink
import Testing

@testable import Diagnosis
@testable import Keel

/// What is told of INVALID segments, by what the host does to them and to addresses.
@Suite struct InvalidFindingTests {
    /// A host that translates IPv4, before Evenkeel did anything to it.
    private static func host(
        _ tracking: HostSnapshot.Tracking = .translated, _ mode: Policy.Invalid.Mode = .drop,
        _ change: (inout HostSnapshot) -> Void = { _ in }
    ) -> HostObservation {
        var host = TestObservation.host()
        var snapshot = HostSnapshot()
        (snapshot.trackingOfIPv4, snapshot.trackingOfIPv6) = (tracking, .unused)
        change(&snapshot)
        host.snapshot = snapshot
        var policy = Policy.Invalid()
        policy.mode = mode
        (host.plan.invalid, host.plan.notes) = snapshot.planInvalid(policy, .host(interfaces: []))
        return host
    }

    private static func table(_ rules: [ListedRule]) -> HostSnapshot.Ruleset {
        HostSnapshot.Ruleset(state: .active, rules: rules, containers: ["br1"])
    }

    private static let ours = [InvalidRule.note, .silence, .stop].map {
        ListedRule(chain: $0.chain, comment: $0.comment)
    }

    private static let firstVersion = [
        ListedRule(chain: "input", comment: "evenkeel 1: let the host's own connections end"),
        ListedRule(chain: "input", comment: "evenkeel 1: do not answer INVALID segments with RST"),
        ListedRule(chain: "forward", comment: "evenkeel 1: let no INVALID segment out untranslated"),
    ]

    private func found(_ host: HostObservation, gateway: String = "10.89.1.1") throws -> [String] {
        var container = TestObservation(metrics: [100])
        container.routes[0].nextHops[0].gateway = IPAddress(gateway)
        return try container.findings(host) { $0.attachments = [container.attachment(0)] }
            .map { "\($0.id.rawValue) \($0.severity.rawValue)" }
    }

    @Test func whereAddressesAreTranslatedTheRulesAreMissed() throws {
        #expect(try found(Self.host()) == ["invalid-not-dropped-input warning"])
        #expect(try found(Self.host(), gateway: "10.89.1.254") == [], "which another router does")
        #expect(try found(Self.host { $0.ipv4 = Self.table(Self.ours) }) == [])
    }

    @Test func eachChainIsMissedForWhatItDoes() throws {
        let without = { (chain: String) in
            Self.host { $0.ipv4 = Self.table(Self.ours.filter { $0.chain != chain }) }
        }
        for chain in ["input", "output"] {
            #expect(try found(without(chain)).first == "invalid-not-dropped-input warning")
        }
        #expect(try found(without("forward")).first == "invalid-leaks-forward warning")
    }

    @Test func whereNothingIsTranslatedThereIsNothingToReset() throws {
        #expect(try found(Self.host(.unused)) == [])
        #expect(try found(Self.host(.tracked)) == [])
        #expect(try found(Self.host(.unused) { $0.trackingOfIPv6 = .translated }) == [], "only IPv6, by none")
    }

    @Test func aLiberalKernelNeedsNoRules() throws {
        #expect(try found(Self.host { $0.beLiberal = 1 }) == [])
        #expect(try found(Self.host { ($0.beLiberal, $0.loose) = (1, 0) }) == [])
    }

    /// Before `host apply` as after it.
    @Test func whatIsLeftOutIsOneFinding() throws {
        #expect(try found(Self.host { $0.loose = 0 }) == ["invalid-policy-conflict warning"])
        #expect(try found(Self.host { $0.forwardsWithIPVS = true }) == ["invalid-not-dropped-input warning"])
        #expect(try found(Self.host(.unused) { $0.loose = 0 }) == [])
    }

    @Test(arguments: [Policy.Invalid.Mode.drop, .input])
    func chainsThatMustNotBeThereWhileTrackingIsStrictAreNamed(mode: Policy.Invalid.Mode) throws {
        for tracking in [HostSnapshot.Tracking.translated, .unused] {
            let host = Self.host(tracking, mode) { ($0.loose, $0.ipv4) = (0, Self.table(Self.firstVersion)) }
            var policy = Policy()
            policy.invalid.mode = mode
            let snapshot = try #require(host.snapshot)
            let findings = host.invalidConflicts(snapshot, policy, isNeeded: tracking == .translated)
            let finding = try #require(findings.first)
            #expect(finding.id == .invalidPolicyConflict && finding.severity == .warning)
            #expect(finding.evidence[0].hasPrefix("table ip evenkeel, chains input, forward: should not be there"))
            #expect(finding.remedy == "sudo evenkeel host apply")
        }
    }

    @Test func aDropInInputOfAnOlderVersionIsNamed() throws {
        let host = Self.host { $0.ipv4 = Self.table(Self.firstVersion) }
        #expect(try found(host).filter { $0.hasPrefix("invalid-") } == ["invalid-policy-conflict information"])
    }
}
