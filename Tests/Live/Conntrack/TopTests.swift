import Foundation
import Laboratory
import Testing

/// `evenkeel host top` before the real table.
@Suite struct TopTests {
    private static let top = "\"$programs/evenkeel\" host top"
    /// A line for each user in JSON, shortened to what the test is about.
    private static let users =
        "jq -r '.users[] | [.entries, (.owners | join(\"|\")), .isAnswering, .address, .destination, .protocolName, "
        + ".port // .icmpType, .zone] | map(tostring) | join(\" \")'"

    @Test func flowsOfAContainerAreCounted() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 1
            for n in 1 2 3; do ip netns exec c socat -u - UDP:$far4:7,sourceport=$((5000 + n)) <<<x; done
            for n in 1 2; do ip netns exec c socat -u - "UDP:[$far6]:7,sourceport=$((5000 + n))" <<<x; done
            for address in $far4 $far6; do ip netns exec c ping -n -q -c 1 $address >/dev/null; done
            for n in 1 2 3 4; do ip netns exec far socat -u TCP:$up4:8081,sourceport=$((6000 + n)) - >/dev/null; done
            """)
        let users = try lab.run("\(Self.top) --json | \(Self.users)").split(separator: "\n").map(String.init)
        for expected in [
            "3 c false 10.89.1.5 198.51.100.2 udp 7 0", "2 c false fd00:89:1::5 2001:db8:51::2 udp 7 0",
            "1 c false 10.89.1.5 198.51.100.2 icmp 8 0", "1 c false fd00:89:1::5 2001:db8:51::2 icmpv6 128 0",
            "4 far false 198.51.100.2 198.51.100.1 tcp 8081 0",
        ] {
            #expect(users.contains(expected), "\(users)")
        }
        #expect(try lab.run("\(Self.top) --by container | grep ' c$'").hasPrefix("7 "))
        #expect(try lab.run("\(Self.top) --by address | grep ' 10.89.1.5$'").hasPrefix("4 "))
        #expect(try lab.run("\(Self.top) --by destination | grep ' 198.51.100.2 udp/7$'").hasPrefix("3 "))
        #expect(try lab.run("\(Self.top) --json | jq '.entries == .count and .isExact'") == "true")
    }

    @Test func whoAnswersWhatSharesAndWhatIsOutsideIsNamed() throws {
        let lab = try Lab()
        let state = "--state ESTABLISHED -t 600"
        try lab.run(
            """
            lab 1
            for name in one two; do
                ip netns add $name
                ip link add v$name type veth peer name eth0 netns $name
                ip -n $name addr add 10.77.0.2/24 dev eth0
            done
            conntrack -I -s 203.0.113.9 -d $up4 -r 10.89.1.5 -q 203.0.113.9 -p tcp --sport 4000 --dport 8081 \
                --reply-port-src 80 --reply-port-dst 4000 \(state)
            conntrack -I -s 10.77.0.2 -d 203.0.113.9 -p tcp --sport 1 --dport 2 \(state)
            conntrack -I -w 7 -s 203.0.113.9 -d 203.0.113.8 -p 50 -t 600
            conntrack -I -s $up4 -d 203.0.113.8 -p udp --sport 1 --dport 53 -t 600
            """)
        let users = try lab.run("\(Self.top) --json | \(Self.users)").split(separator: "\n").map(String.init)
        for expected in [
            "1 c true 203.0.113.9 198.51.100.1 tcp 8081 0", "1 one|two false 10.77.0.2 203.0.113.9 tcp 2 0",
            "1  false 203.0.113.9 203.0.113.8 esp null 7", "1 host false 198.51.100.1 203.0.113.8 udp 53 0",
        ] {
            #expect(users.contains(expected), "\(users)")
        }
        let text = try lab.run(Self.top)
        for row in [" to c ", " one or two ", "203.0.113.8 esp zone 7", " host "] { #expect(text.contains(row)) }
    }

    /// 200,000 entries of 1,000 flows, which hold 101, 103, … 299 each.
    @Test func aLargeTableIsCountedExactly() throws {
        let lab = try Lab()
        let script = """
            awk 'BEGIN { for (flow = 0; flow < 1000; flow++) for (n = 0; n < 2 * (flow % 100) + 101; n++)
                printf "-I -s 10.%d.0.5 -d 198.51.%d.%d -p udp --sport %d --dport 53 -t 600\\n",
                    flow % 10, flow / 200, flow % 200, 1024 + n }' >/run/entries
            conntrack -R /run/entries >/dev/null 2>&1
            conntrack -C
            """
        #expect(try lab.run(script) == "200000")
        let json = try lab.run(
            "\(Self.top) --limit 1000 --json >/run/json; jq -c '[.entries, .count, .isExact]' /run/json")
        #expect(json == "[200000,200000,true]")
        let expected = (0..<1000)
            .map { "\(2 * ($0 % 100) + 101) 10.\($0 % 10).0.5 198.51.\($0 / 200).\($0 % 200)" }
        let counted = try lab.run("jq -r '.users[] | \"\\(.entries) \\(.address) \\(.destination)\"' /run/json")
        #expect(counted.split(separator: "\n").map(String.init).sorted() == expected.sorted())
    }

    @Test func whatCannotBeLookedAtIsSaidWithWhatToDo() throws {
        let lab = try Lab()
        let drop = "setpriv --bounding-set=-net_admin --inh-caps=-net_admin"
        let refused = try lab.attempt("\(drop) \(Self.top)")
        #expect(refused.status == 1 && refused.out.isEmpty)
        #expect(refused.err.contains("Operation not permitted (EPERM); run it as root"))
        let json = try lab.attempt("\(drop) \(Self.top) --json 2>/dev/null | jq -r .error")
        #expect(json.text.contains("(EPERM)"))
        for wrong in ["--interval 0", "--interval nan", "--limit 0", "--by port", "more"] {
            #expect(try lab.attempt("\(Self.top) \(wrong)").status == 64, "\(wrong)")
        }
    }

    @Test func aHostWithoutConnectionTrackingHasNoTable() throws {
        let lab = try Lab()
        #expect(try lab.run(Self.top).contains(" 0 of "))
        // As where the module is not loaded: nothing is there to be read.
        try lab.run("mount -t tmpfs tmpfs /proc/sys/net/netfilter")
        #expect(try lab.run(Self.top) == "connection tracking is not loaded: there is no table to fill")
        #expect(try lab.run("\(Self.top) --json | jq -c '[.isLoaded, .count, .users]'") == "[false,null,[]]")
    }
}
