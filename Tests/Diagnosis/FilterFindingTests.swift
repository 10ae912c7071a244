import Keel
import Netlink
import Testing

@testable import Diagnosis

@Suite struct FilterFindingTests {
    /// Two networks and one default route, as Docker's containers have them.
    private static func single(filter: Int) -> TestObservation { TestObservation(metrics: [100, nil], filter: filter) }

    private static func host(all: Int = 0) -> HostObservation {
        var host = TestObservation.host()
        host.reversePathFilterOfAll = all
        return host
    }

    @Test func aStrictFilterOnSeveralNetworksIsAWarningAndWithDropsAnError() throws {
        let quiet = try Self.single(filter: 1).findings { $0.filtered = FilterCount(count: 0) }
        #expect(quiet.map { $0.id } == [.rpFilterStrict] && quiet[0].severity == .warning)
        #expect(quiet[0].evidence.contains("IPReversePathFilter: 0 packets dropped so far"))
        let rising = try Self.single(filter: 1).findings {
            $0.filtered = FilterCount(count: 17, rise: .init(count: 5, seconds: 0.52))
        }
        #expect(rising[0].severity == .error)
        #expect(rising[0].evidence.contains("IPReversePathFilter: 17 packets dropped so far, 5 in the last 0.5 s"))
    }

    @Test func theLargerOfItsOwnAndThatOfAllIsInForce() throws {
        var observation = Self.single(filter: 0)
        observation.all = 1
        #expect(try observation.findings().map { $0.id } == [.rpFilterStrict])
        observation = Self.single(filter: 1)
        observation.all = 2
        #expect(try observation.findings() == [])
    }

    @Test(arguments: [0, 2]) func filtersThatAreOffOrLooseAreHealthy(filter: Int) throws {
        #expect(try Self.single(filter: filter).findings() == [])
    }

    @Test func withOneNetworkAStrictFilterHarmsNobody() throws {
        #expect(try TestObservation(metrics: [100], filter: 1).findings() == [])
    }

    /// A receiver, whose default route was taken away on purpose.
    @Test(arguments: [1, 2]) func aFilterWithoutARouteBackIsFoundWhereItDrops(filter: Int) throws {
        let container = TestObservation(metrics: [nil], filter: filter)
        let found = { (count: UInt64, rise: UInt64?) in
            try container.findings {
                $0.filtered = FilterCount(count: count, rise: rise.map { .init(count: $0, seconds: 0.5) })
            }.first { $0.id == .rpFilterNoRoute }
        }
        #expect(try found(0, nil) == nil, "most are sent nothing from afar")
        let dropped = try #require(try found(10, 0))
        #expect(dropped.severity == .information)
        #expect(
            dropped.evidence == [
                "rp_filter is \(filter) for eth0, 0 for all: \(filter == 1 ? "strict" : "loose")",
                "no IPv4 default route, so the filter finds no way back to anybody beyond its own networks",
                "IPReversePathFilter: 10 packets dropped so far, none of them while it was watched",
            ])
        #expect(
            dropped.remedy == "sudo nsenter --net=/run/netns/netns-1 sysctl -w net/ipv4/conf/eth0/rp_filter=0")
        #expect(try found(10, 3)?.severity == .warning)
    }

    @Test func whereSomeRouteLeadsBackOrNothingFiltersThereIsNone() throws {
        let ids = { (container: TestObservation, leadsBeyond: Bool) in
            try container.findings { ($0.filtered, $0.leadsBeyond) = (FilterCount(count: 9), leadsBeyond) }.map {
                $0.id
            }
        }
        #expect(try ids(TestObservation(metrics: [100]), false) == [])
        #expect(try ids(TestObservation(metrics: [nil]), true) == [], "a VPN's halves")
        #expect(try ids(TestObservation(metrics: [nil], filter: 0), false) == [.noDefaultRoute])
        var all = TestObservation(metrics: [nil], filter: 0)
        all.all = 2
        let finding = try all.findings { $0.filtered = FilterCount(count: 9) }.first { $0.id == .rpFilterNoRoute }
        #expect(finding?.remedy.hasSuffix(" sysctl -w net/ipv4/conf/all/rp_filter=0") == true)
    }

    @Test func aStrictBridgeIsFoundWhereAnotherNetworksAddressComesIn() throws {
        let container = Self.single(filter: 2)
        let findings = try container.findings(Self.host()) {
            $0.attachments = [container.attachment(0, filter: 1), container.attachment(1, filter: 1)]
        }
        #expect(findings.map { $0.id } == [.hostRPFilterStrict] && findings[0].place == .host)
        #expect(findings[0].evidence.contains("10.89.2.5 of /run/netns/netns-1 comes in by br1"))
        #expect(findings[0].remedy == "sudo sysctl -w net/ipv4/conf/br1/rp_filter=2")
    }

    @Test func aStrictEndWithoutABridgeIsFoundLikewise() throws {
        let container = Self.single(filter: 2)
        var end = container.attachment(0).end
        end.reversePathFilter = 1
        let findings = try container.findings(Self.host()) {
            $0.attachments = [HostAttachment(interface: container.links[0], end: end, bridge: nil)]
        }
        #expect(findings.map { $0.remedy } == ["sudo sysctl -w net/ipv4/conf/veth0/rp_filter=2"])
    }

    /// An internal network beside another one, as the database's, from whose address nothing went to afar so far.
    @Test func aStrictBridgeThatDroppedNothingIsInformationWhereNoGatewayIs() throws {
        let container = Self.single(filter: 2)
        var host = Self.host()
        let found = { (container: TestObservation) in
            try container.findings(host) { $0.attachments = [container.attachment(0, filter: 1)] }
                .first { $0.place == .host }.map { $0.severity }
        }
        host.filtered = FilterCount(count: 0)
        #expect(try found(container) == .information)
        host.filtered = FilterCount(count: 1)
        #expect(try found(container) == .warning)
        host.filtered = FilterCount(count: 0)
        var standby = TestObservation(metrics: [100, 200])
        standby.policy.defaultRoute.sourceRules = false
        #expect(try found(standby) == .warning)
    }

    @Test func aStrictBridgeOfAnotherRoutersNetworkIsNoMatter() throws {
        var container = Self.single(filter: 2)
        container.routes[0].nextHops[0].gateway = IPAddress("10.89.1.254")
        #expect(try container.findings(Self.host()) { $0.attachments = [container.attachment(0, filter: 1)] } == [])
    }

    @Test func aStrictBridgeIsNoMatterWhereSourceRulesLeadEachAddressHome() throws {
        let container = TestObservation(metrics: [100, 100])
        let findings = try container.findings(Self.host(all: 1)) {
            $0.attachments = [container.attachment(0, filter: 1)]
        }
        #expect(findings.map { $0.id } == [.duplicateDefaultRoute], "which one command mends, rules included")
        var ruled = Self.single(filter: 2)
        ruled.rules = [PolicyRule(.v4, priority: 100, table: 9, protocol: 4, source: IPPrefix("10.89.2.5/32"))]
        let found = {
            try ruled.findings(Self.host()) { $0.attachments = [ruled.attachment(0, filter: 1)] }.map { $0.id }
        }
        // The kernel empties the table when the interface goes down, and the rule stays.
        #expect(try found() == [.hostRPFilterStrict])
        ruled.addDefault(via: "10.89.2.1", 3, 0, table: 9)
        #expect(try found() == [])
    }

    @Test func aLooseHostIsHealthy() throws {
        let container = Self.single(filter: 2)
        #expect(
            try container.findings(Self.host(all: 2)) { $0.attachments = [container.attachment(0, filter: 1)] } == [])
    }
}
