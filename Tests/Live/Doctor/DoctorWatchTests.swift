import Laboratory
import Testing

/// `evenkeel doctor --watch`: all at first, then what is new and what has gone.
@Suite struct DoctorWatchTests {
    private static let functions = """
        watch() { guard_host; : >/run/said; "$programs/evenkeel" doctor --watch 1 "$@" >/run/said 2>&1 & watcher=$!; }
        said() { until grep -q "$1" /run/said; do sleep 0.05; done; }

        """

    @Test func whatComesAndWhatGoesIsSaidAndNothingElse() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = """
            rp_filter=2; lab 1; ip -n c route del default; watch --netns /run/netns/c; said no-default-route
            ip -n c route add default via 10.89.1.1; said 'gone: information: no-default-route'
            sysctl -qw net.ipv4.ip_forward=0; said 'new: error: ip-forward-off'
            kill $watcher; grep -c no-default-route: /run/said; grep -c ip-forward-off: /run/said
            grep -cE '^[0-9]{4}-[0-9-]+T[0-9:]+Z$' /run/said
            """
        #expect(try lab.run(Self.functions + script) == "2\n1\n3")
    }

    /// The counter in its evidence rises with each look.
    @Test func aFindingWhoseNumbersGoOnIsNotSaidAgain() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = """
            single 2; ip -n far route add 10.89.2.0/24 via $up4
            ip netns exec far ping -n -q -i 0.01 10.89.2.5 >/dev/null 2>&1 & pinger=$!
            until [[ $(ip netns exec c nstat -asz TcpExtIPReversePathFilter) == *IPReversePathFilter*[1-9]* ]]; do :; done
            watch --netns /run/netns/c; said rp-filter-strict
            # Two looks later at least, when this is seen as well.
            sleep 2; sysctl -qw net.ipv4.ip_forward=0; said 'new: error: ip-forward-off'
            kill $watcher $pinger; grep -c 'rp-filter-strict:' /run/said
            """
        #expect(try lab.run(Self.functions + script) == "1")
    }

    @Test func whatWasNamedAndGoesEndsTheWatch() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = """
            rp_filter=2; lab 1; watch --netns /run/netns/c; said healthy
            ip netns del c; wait $watcher; tail -n 1 /run/said
            container d; ip netns exec d sleep 1000 & pid=$!
            until [[ $(cat /proc/$pid/comm) == sleep ]]; do sleep 0.01; done
            watch --pid $pid --json; said healthy; kill $pid; wait $watcher
            jq -sr 'last | .verdict, .error, has("time")' /run/said | sed "s/$pid/PID/"
            """
        #expect(
            try lab.run(Self.functions + script)
                == "/run/netns/c has gone\nunknown\nprocess PID has ended\ntrue")
    }

    @Test func whatIsNotThereFromTheBeginningIsNotWatched() throws {
        let lab = try Lab("Doctor/doctor.sh")
        for named in ["--netns /run/netns/none", "--pid 999999", "--container nobody"] {
            #expect(try lab.attempt("doctor --watch 1 \(named)").status == 2, "\(named)")
        }
    }

    @Test func eachChangeIsALineOfJSON() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = """
            rp_filter=2; lab 1; watch --netns /run/netns/c --json; said healthy
            sysctl -qw net.ipv4.ip_forward=0; said ip-forward-off; sleep 1.5
            sysctl -qw net.ipv4.ip_forward=1; said '"gone":.{'
            kill $watcher
            jq -cr '[.verdict, (.new | map(.id)), (.gone | map(.id)), (.findings | length)]' /run/said
            """
        #expect(
            try lab.run(Self.functions + script) == """
                ["healthy",[],[],0]
                ["findings",["ip-forward-off"],[],1]
                ["healthy",[],["ip-forward-off"],0]
                """)
    }
}
