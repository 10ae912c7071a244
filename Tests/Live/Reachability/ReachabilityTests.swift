import Laboratory
import Testing

/// `evenkeel test`: what it sends, and what it makes of the answers.
@Suite struct ReachabilityTests {
    private static let test = "\"$programs/evenkeel\" test --netns /run/netns/c"
    /// A line for each row that lost something.
    private static let losing =
        "\(test) --json | jq -r '.rows[] | select(.lost > 0) | [.family, .source.name, .protocol, .target.kind] | join(\" \")'"

    /// Packets with the second network's address leave by the first, whose bridge drops them; those of its device do not.
    @Test func itNamesExactlyTheRowsThatLose() throws {
        let lab = try Lab()
        try lab.run(
            """
            host; rp_filter=0 container c
            for n in 1 2; do network $n 1; attach c $n eth$((n - 1)) 5 ${n}00; done
            for gateway in 10.89.1.1 fd00:89:1::1; do inside c ping -n -q -c 1 $gateway >/dev/null; done
            """)
        let rows = ["IPv4 10.89.2.5", "IPv6 fd00:89:2::5"].flatMap { source in
            ["ping", "TCP", "UDP"].map { "\(source) \($0) host" }
        }
        let output = try lab.attempt(Self.losing)
        #expect(output.text.split(separator: "\n").map(String.init) == rows, "\(output.err)")
        let said = try lab.attempt(Self.test)
        #expect(said.status == 1)
        #expect(
            said.out.contains(
                "\nlost: IPv4 from 10.89.2.5 to host 198.51.100.1: ping 10 of 10, TCP 10 of 10, UDP 10 of 10\n"))
        #expect(said.out.contains("`evenkeel apply --netns /run/netns/c`"))
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null")
        #expect(try lab.run(Self.test).contains("\nanswered: all 66 rows lost nothing"))
    }

    /// A published port's answers take the container's default route as well.
    private static let published = """
        nft 'add chain inet nat out { type nat hook output priority -100; }'
        for n in 1 2; do nft "add rule inet nat out ip daddr $up4 tcp dport 808$n dnat ip to 10.89.$n.5:80"; done
        """

    @Test func equalDefaultsLosePartOfARow() throws {
        let lab = try Lab()
        try lab.run("lab 2 1; forgetful c; \(Self.published)")
        let output = try lab.attempt("\(Self.test) --count 30 --json")
        #expect(output.status == 1)
        let filtered = try lab.run(
            """
            jq -c '[.verdict, ([.rows[] | select(.lost > 0 and .lost < .sent)] | length > 0), (.notes | length), .error]
                + [.rows[] | select(.target.kind == "published port") | .target.port]'
            """, input: output.out)
        #expect(filtered == #"["lost",true,2,null,8081,8082]"#)
        // A neighbour that was asked for with the wrong address stays unknown for a while.
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null; forget_gateways c")
        let after = try lab.attempt(Self.test)
        #expect(after.out.contains("\nanswered: all 68 rows lost nothing"), "\(after.out)\(after.err)")
    }

    /// Without it anybody could break what they look at.
    private static let surroundings = """
        state c; ss -Hlntu; inside c ss -Hlntu
        for where in c far; do inside $where sysctl -a 2>/dev/null | grep -E '^net\\.(ipv[46]\\.(conf|neigh|ip_|icmp)|core)'; done
        """

    @Test(arguments: [1, 2]) func aHealthyContainerLosesNothingAndStaysAsItWas(networks: Int) throws {
        let lab = try Lab()
        try lab.run("lab \(networks); \"$programs/evenkeel\" apply --netns /run/netns/c >/dev/null")
        let before = try lab.run(Self.surroundings)
        for _ in 1...3 { try lab.run("\(Self.test) | tail -n 1 | grep -q '^answered: '") }
        #expect(try lab.run(Self.surroundings) == before)
    }

    /// A VPN by halves of a default route, and one by a rule: nothing that was meant for this host gets into it.
    @Test(arguments: [
        "ip -n c route add 0.0.0.0/1 dev tun0; ip -n c route add 128.0.0.0/1 dev tun0",
        """
        ip -n c route add default dev tun0 table 51820; ip -n c rule add not fwmark 0xca6c table 51820
        ip -n c rule add table main suppress_prefixlength 0
        """,
        "ip -n c route add default via 10.77.0.1 dev tun0",
    ]) func aStrangerGetsNothing(vpn: String) throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 1; "$programs/evenkeel" apply --netns /run/netns/c >/dev/null; ip netns add stranger
            ip link add tun0 netns c type veth peer name tun1 netns stranger
            for at in c:tun0 stranger:tun1; do
                ip netns exec ${at%:*} sysctl -qw net.ipv6.conf.${at#*:}.disable_ipv6=1
                ip -n ${at%:*} link set ${at#*:} up
            done
            ip -n c addr add 10.77.0.2/24 dev tun0; ip -n stranger addr add 10.77.0.1/24 dev tun1
            ip -n stranger addr add 198.51.100.1/32 dev lo; ip -n stranger link set lo up
            \(vpn)
            ip netns exec stranger tcpdump -l -n -i tun1 'host 198.51.100.1' >/run/heard 2>/run/ready </dev/null &
            until grep -q listening /run/ready; do sleep 0.01; done
            """)
        let output = try lab.attempt(
            "\(Self.test); ip netns exec stranger ping -q -c 1 10.77.0.2 >/dev/null; cat /run/heard")
        #expect(!output.out.contains(" IP "), "\(output.out)")
        #expect(output.status == 0 && output.out.contains("\nanswered: "), "\(output)")
        #expect(output.out.contains("\nnot tested: IPv4 from unbound, 10.89.1.5 to the host's 198.51.100.1: "))
        #expect(!output.out.contains("not tested: IPv6"))
    }

    /// As after an engine has disconnected the network that had it.
    @Test func aWayOutThatIsGoneIsLoss() throws {
        let output = try Lab().attempt(
            """
            lab 2; "$programs/evenkeel" apply --netns /run/netns/c >/dev/null; ip -n c route del default; \(Self.test)
            """)
        #expect(output.status == 1)
        #expect(
            output.out.contains(
                "\nlost: IPv4 from an unbound socket to host 198.51.100.1: ping 10 of 10, TCP 10 of 10, UDP 10 of 10\n"),
            "\(output)")
        #expect(output.out.contains("ENETUNREACH"))
    }

    @Test func aNamedTargetThatIsNotAskedIsNoSuccess() throws {
        let output = try Lab().attempt("lab 1; ip -n c -6 addr flush dev eth0; \(Self.test) --to 2001:db8::1")
        #expect(output.status == 1)
        #expect(output.out.contains("\nnot tested: 2001:db8::1: the container has no IPv6 address"))
        #expect(output.out.hasSuffix("\nno answer: what was sent was answered, but not all was sent\n"))
    }

    /// Others limit how often they say that a port is unreachable, and two runs follow each other closely.
    @Test func aRouterThatAnswersSeldomIsNoLoss() throws {
        let lab = try Lab("DefaultRoute/world.sh")
        try lab.run(
            """
            world; rp_filter=0 container c; bridge 1 0; cable c 1 eth0 5; by_bridge c 1 eth0
            lan 5; plug c 5 eth1 5; by_lan c 5 eth1
            "$programs/evenkeel" apply --netns /run/netns/c >/dev/null
            """)
        for _ in 1...2 {
            let output = try lab.attempt("\(Self.test) --to $far4")
            #expect(output.status == 0 && output.out.contains("\nanswered: "), "\(output.out)\(output.err)")
        }
    }

    @Test func aContainerWithoutANetworkHasNothingToSendFrom() throws {
        let output = try Lab().attempt("host; container c; \(Self.test) --to $far4")
        #expect(output.status == 1)
        #expect(
            output.out == """
                not tested: 198.51.100.2: the container has no IPv4 address that could send there
                no answer: the container has no interface to send from

                """)
    }

    @Test func aFamilyThatIsMissingIsLeftOut() throws {
        let said = try Lab().run(
            "lab 1; ip -n c -6 addr flush dev eth0; \(Self.test) --json | jq -c '[.verdict, (.rows | map(.family) | unique)]'"
        )
        #expect(said == #"["answered",["IPv4"]]"#)
    }

    /// Drops all that comes in, and so do hosts whose firewall trusts no container.
    private static let deaf =
        "nft 'table inet deaf { chain in { type filter hook input priority -300; iifname != \"lo\" drop; }; }'"

    @Test func aTargetThatDropsIsNoLossButNoProofEither() throws {
        let output = try Lab().attempt("lab 1; inside far \(Self.deaf); \(Self.test) --to $far4 --count 3")
        #expect(output.status == 1)
        #expect(output.out.contains("\nno answer: 198.51.100.2 answers nothing, so there is nothing to compare with\n"))
        #expect(!output.out.contains("lost:") && output.out.contains("--to"))
    }

    /// A neighbour that answers with wrong identifiers, payloads, addresses and ports has not answered.
    @Test func wrongAnswersAreNone() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 1; container d; attach d 1 eth0 6
            ip -n d addr add 10.89.1.7/24 dev eth0; ip -n d addr add fd00:89:1::7/64 dev eth0 nodad
            """)
        let test = "\(Self.test) --to 10.89.1.6 --to fd00:89:1::6 --count 3"
        try lab.run("\(test) >/dev/null")
        let output = try lab.attempt(
            """
            inside d \(Self.deaf)
            ip netns exec d python3 "$libraries/Reachability/liar.py" >/run/lies </dev/null 2>&1 &
            until grep -q ready /run/lies; do sleep 0.01; done
            \(test) --json >/run/answer || :
            jq -c '[.verdict, (.rows | map(select(.target.kind == "named")) | length, all(.lost == .sent))]' /run/answer
            sed 's/ .*//' /run/lies | sort | uniq | xargs
            """)
        #expect(output.text == "[\"no-answer\",18,true]\nping4 ping6 ready tcp4 tcp6 udp4 udp6", "\(output.err)")
    }

    @Test(arguments: ["224.0.0.1", "ff02::1", "255.255.255.255", "0.0.0.0", "::", "127.0.0.1", "far"])
    func whatIsNoHostsAddressIsWrongUsage(target: String) throws {
        let output = try Lab().attempt("host; container c; \(Self.test) --to \(target)")
        #expect(output.status == 64 && output.out.isEmpty, "\(output.err)")
    }

    @Test func itsOwnAddressesAndTheHostsNamespaceAreRefused() throws {
        let lab = try Lab()
        try lab.run("lab 1")
        for (option, reason) in [
            ("--netns /run/netns/c --to 10.89.1.255", "broadcast address"),
            ("--netns /run/netns/c --to 10.89.1.5", "the container's own address"),
            ("--netns /proc/self/ns/net", "the host's own network namespace"),
        ] {
            let output = try lab.attempt("\"$programs/evenkeel\" test \(option)")
            #expect(output.status == 1 && output.out.isEmpty && output.err.contains(reason), "\(output.err)")
        }
        let json = try lab.attempt(
            "\(Self.test) --to 10.89.1.5 --json 2>/dev/null | jq -r 'keys_unsorted[:2], keys_unsorted[-1], .verdict, .error' | xargs"
        )
        #expect(json.text.hasPrefix("[ version, verdict ] error unknown cannot send to 10.89.1.5"), "\(json.out)")
    }

    @Test func withoutPrivilegesItSaysWhoMay() throws {
        let output = try Lab().attempt("lab 1; nobody \(Self.test)")
        #expect(output.status == 1 && output.err.contains("run it as root"), "\(output.err)")
    }
}
