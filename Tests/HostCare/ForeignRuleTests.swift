import Firewall
import ForeignRules
import Keel
import Testing

/// Others' rules in a person's words.
@Suite struct ForeignRuleTests {
    @Test func itIsSaidWhereARuleIs() {
        let place = ForeignRule.Place.nftables(family: "inet", table: "firewalld", chain: "filter_INPUT")
        let rule = ForeignRule(.dropsInvalid, [.v4, .v6], .input, place, isLimited: false)
        #expect("\(rule)" == "table inet firewalld, chain filter_INPUT")
        let legacy = ForeignRule.Place.legacy(.v6, table: "mangle", chain: "PREROUTING")
        let other = ForeignRule(.dropsInvalid, [.v6], .prerouting, legacy, isLimited: true)
        #expect("\(other)" == "ip6tables (legacy) mangle, chain PREROUTING (in prerouting), for some packets")
    }

    @Test func aTerminalObeysNoName() {
        let place = ForeignRule.Place.nftables(family: "ip", table: "a\u{1b}[2J", chain: "b\n")
        let rule = ForeignRule(.doesNotTrack, [.v4], .output, place, isLimited: false)
        #expect("\(rule)" == "table ip a?[2J, chain b? (in output)")
    }
}
