import Laboratory
import Testing

/// The watcher itself: it starts, ends, is killed, loses events, and is flooded.
@Suite struct EnduranceTests {
    /// `several FROM TO`: containers netns-N on network 1 that have passed through the hook. `second FROM TO`: network 2 for them.
    private static let library = """
        several() {
            local n
            for n in $(seq "$1" "$2"); do
                container netns-$n; hook netns-$n 2>/dev/null; attach netns-$n 1 eth0 $((10 + n))
            done
        }
        second() { local n; for n in $(seq "$1" "$2"); do attach netns-$n 2 eth1 $((10 + n)); done; }
        safe() { local n; for n in $(seq "$1" "$2"); do eventually "one_default 4 netns-$n >/dev/null"; done; }
        unsafe() { local n; for n in $(seq "$1" "$2"); do (($(defaults 4 netns-$n | wc -l) == 1)) || echo $n; done; }

        """

    private func lab(_ script: String) throws -> String {
        try Lab("Watch/watch.sh").run(Self.library + "lab 2; several 1 6\n" + script)
    }

    @Test func whatChangedWhileItWasDeadIsMended() throws {
        let said = try lab(
            """
            watcher; quiet; kill -9 $watcher; wait $watcher || :
            second 1 6; watcher; safe 1 6; quiet; status '[.failures, .missed, .namespaces.kept]'
            """)
        #expect(said == "[{},0,6]")
    }

    /// At any moment of its work: what is left half done is completed.
    @Test func itMayBeKilledAtAnyMoment() throws {
        let said = try lab(
            """
            for pause in 0 0.001 0.002 0.004 0.008 0.016; do
                watcher; second 1 6; sleep $pause; kill -9 $watcher; wait $watcher || :
                watcher; safe 1 6; quiet
                for n in {1..6}; do "$programs/evenkeel" apply --dry-run --netns /run/netns/netns-$n; done | sort -u
                stop; for n in {1..6}; do ip -n netns-$n link del eth1; done
            done | sort -u
            """)
        #expect(said == "nothing to do")
    }

    @Test func itEndsAtOnceAndLeavesAllAsItIs() throws {
        let said = try lab(
            """
            second 1 6; watcher; safe 1 6; quiet
            state netns-1 >/run/before; stop; echo $?; state netns-1 | cmp - /run/before
            """)
        #expect(said == "0")
    }

    @Test func thereIsOne() throws {
        let said = try lab(
            """
            watcher; ! "$programs/evenkeel-watch" 2>/run/said; grep -c 'another evenkeel-watch runs here' /run/said; status .pid | grep -cx $watcher
            "$programs/evenkeel-watch" --once --log-level error; echo $?
            """)
        #expect(said == "1\n1\n0")
    }

    @Test func systemdHearsOfIt() throws {
        let said = try lab(
            """
            export WATCHDOG_USEC=200000; watcher; eventually '(($(grep -c WATCHDOG=1 /run/noticed) > 1))'
            kill -HUP $watcher; eventually '(($(grep -c READY=1 /run/noticed) == 2))'; stop; eventually 'grep -q STOPPING /run/noticed'
            grep -oE 'READY=1|FDSTORE=1|FDNAME=routes|RELOADING=1|STOPPING=1' /run/noticed | sort -u | xargs
            """)
        #expect(said == "FDNAME=routes FDSTORE=1 READY=1 RELOADING=1 STOPPING=1")
    }

    @Test func aFaultyPolicyChangesNothing() throws {
        let said = try lab(
            """
            private_etc; watcher; quiet
            echo '{"rpFilter": "x"}' >/etc/evenkeel/policy.json; kill -HUP $watcher
            eventually 'grep -q "the policy stays as it was: .*rpFilter is \\"x\\"" /run/watch.log'
            inside netns-1 sysctl -qw net.ipv4.conf.eth0.rp_filter=1; eventually '[[ $(filters netns-1 | grep -c eth0/.*:2) == 1 ]]'
            echo '{"rpFilter": "keep"}' >/etc/evenkeel/policy.json; kill -HUP $watcher
            eventually 'grep -q "the policy was read again" /run/watch.log'
            inside netns-1 sysctl -qw net.ipv4.conf.eth0.rp_filter=1; quiet; filters netns-1 | grep eth0 | sed 's/.*://'
            """)
        #expect(said == "1")
    }

    @Test func onceLooksAtEverythingAndEnds() throws {
        let said = try lab(
            """
            second 1 6; "$programs/evenkeel-watch" --once 2>/run/said; echo $?; unsafe 1 6
            grep -c 'removed default via 10.89' /run/said
            "$programs/evenkeel-watch" --once 2>&1 | grep -v watches || :; ls /run/evenkeel/watch.sock 2>/dev/null || echo none
            """)
        #expect(said == "0\n6\nnone")
    }

    /// Whoever holds a container's lock for ever keeps it from ending for some seconds only.
    @Test func onceDoesNotWaitForEver() throws {
        let said = try lab(
            """
            second 1 6; "$programs/evenkeel-watch" --once --log-level error
            python3 - <<'END' &
            import fcntl, os, struct, time
            file = open("/run/evenkeel/locks/namespaces", "r+")
            inode = os.stat("/run/netns/netns-1").st_ino
            fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, inode, 1, 0))
            open("/run/locked", "w").close()
            time.sleep(60)
            END
            until [[ -e /run/locked ]]; do sleep 0.01; done
            for n in 1 2; do ip -n netns-$n route append default via 10.89.2.1 dev eth1 proto static metric 100; done
            timeout 30 "$programs/evenkeel-watch" --once 2>/run/said || echo $?; unsafe 1 6; grep -c 'gave up after 5 s' /run/said
            """)
        #expect(said == "1\n1\n1")
    }

    @Test func dryRunChangesNothing() throws {
        let said = try lab(
            """
            second 1 1; state netns-1 >/run/before; "$programs/evenkeel-watch" --once --dry-run 2>/run/said; echo $?
            state netns-1 | cmp - /run/before; grep -c 'would remove default via 10.89' /run/said
            """)
        #expect(said == "0\n1")
    }

    /// Somebody who adds a default as fast as possible is no reason for others to wait.
    @Test func whoFloodsKeepsNobodyFromBeingSafe() throws {
        let said = try lab(
            """
            second 1 6; watcher; safe 1 6; quiet
            inside netns-1 bash -c 'while :; do
                    echo "route append default via 10.89.2.1 dev eth1 metric 100 proto static"
                    echo "route del default via 10.89.2.1 dev eth1 metric 100"
                done | ip -force -batch -' </dev/null >/dev/null 2>&1 & flood=$!
            eventually '[[ $(status .events) -gt 2000 ]]'
            for n in {2..6}; do ip -n netns-$n route append default via 10.89.2.1 dev eth1 proto static metric 100; done
            safe 2 6; pkill -P $flood || :; kill $flood || :; eventually '[[ $(status .failures) == "{}" ]]'; unsafe 2 6
            """)
        #expect(said == "")
    }

    @Test func tenThousandRoutesAreNoEvents() throws {
        let said = try lab(
            """
            watcher; quiet; before=$(status .events)
            for i in {1..40}; do for j in {1..250}; do echo "route add 172.16.$i.$j/32 via 10.89.1.1"; done; done | ip -n netns-1 -batch -
            quiet; (($(status .events) - before < 10)) && echo few; status .overruns
            """)
        #expect(said == "few\n0")
    }

    /// Events are lost while it is stopped: it looks at everything.
    @Test func lostEventsAreMadeUpFor() throws {
        let said = try lab(
            """
            watcher; quiet; kill -STOP $watcher
            for n in {1..3}; do
                for i in {1..4000}; do echo "link set eth0 mtu $((1400 + i % 2))"; done | ip -n netns-$n -batch -
            done
            second 1 6; kill -CONT $watcher; safe 1 6; quiet; (($(status .overruns) > 0)) && echo lost; status '.resyncs.overrun > 0'
            """)
        #expect(said == "lost\ntrue")
    }

    /// A container whose network comes from the hook, a run of another program and the watcher at once.
    @Test func hooksAndItDoNotGetInEachOthersWay() throws {
        let said = try lab(
            """
            watcher; quiet
            for _ in {1..5}; do
                second 1 6 & networks=$!
                for n in {1..6}; do hook netns-$n 2>/dev/null; "$programs/evenkeel" apply --all >/dev/null 2>&1; done
                wait $networks; safe 1 6; quiet
                for n in {1..6}; do "$programs/evenkeel" apply --dry-run --netns /run/netns/netns-$n; ip -n netns-$n link del eth1; done
            # What is left in the sets of veths that have become ports is for the next run on the host.
            done | grep -v ' from set ' | sort -u
            status '[.failures, .namespaces.contested]'
            """)
        #expect(said == "nothing to do\n[{},0]")
    }

    /// Two that disagree: the fight stops, and it is said with whom.
    @Test func aFightIsFoundOut() throws {
        let said = try lab(
            """
            second 1 1; watcher; safe 1 1; quiet
            cat >/run/rival.py <<'END'
            import socket, struct, time
            # RTM_NEWROUTE, appended: default via 10.89.2.1, metric 100, protocol static.
            index = socket.if_nametoindex("eth1")
            attribute = lambda kind, data: struct.pack("HH", 4 + len(data), kind) + data
            body = struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 4, 0, 1, 0)
            body += attribute(5, socket.inet_aton("10.89.2.1")) + attribute(4, struct.pack("I", index)) + attribute(6, struct.pack("I", 100))
            route = struct.pack("IHHII", 16 + len(body), 24, 0x1 | 0x400 | 0x800, 1, 0) + body
            rival = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
            while True:
                rival.send(route)
                time.sleep(0.05)
            END
            inside netns-1 python3 /run/rival.py </dev/null >/dev/null 2>&1 & rival=$!
            eventually '[[ $(status .namespaces.contested) == 1 ]]'
            status '.contested[0] | [.program, .change] | join("; ")'; kill $rival
            """)
        #expect(said.contains("python3 (netlink port "), "\(said)")
        #expect(said.contains("default via 10.89.2.1 dev eth1"), "\(said)")
    }

    @Test func metricsAreWrittenForACollector() throws {
        let said = try lab(
            """
            mkdir /run/metrics; watcher --metrics-file /run/metrics/evenkeel.prom; eventually '[[ -s /run/metrics/evenkeel.prom ]]'
            stat -c %a /run/metrics/evenkeel.prom; ls /run/metrics | wc -l; grep -c '^evenkeel_watch_events_total' /run/metrics/evenkeel.prom
            """)
        #expect(said == "644\n1\n1")
    }
}
