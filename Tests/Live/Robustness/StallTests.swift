import Laboratory
import Testing

/// Nobody makes a run wait: not a container's root, not an ordinary user. `timeout` ends a run that hangs.
@Suite struct StallTests {
    /// Containers `netns-1` and up on two networks each, which `apply --all` takes for podman's.
    private static let several = """
        several() {
            local number
            for number in $(seq "$1"); do
                container netns-$number
                attach netns-$number 1 eth0 $((10 + number)); attach netns-$number 2 eth1 $((10 + number))
            done
        }
        # How many default routes of IPv4 each has, without repetition.
        defaults_left() { for name in "$@"; do defaults 4 "$name" | wc -l; done | sort -u | xargs; }
        inner() { ip -n "$1" -o route show table all | sort; ip -n "$1" rule; filters "$1"; }
        """

    private func lab(_ script: String) throws -> Lab {
        let lab = try Lab()
        try lab.run("lab 2; \(Self.several)\n\(script)")
        return lab
    }

    @Test func aContainerThatFloodsIsMadeSafeLikeTheOthers() throws {
        let lab = try lab("several 20")
        let said = try lab.run(
            """
            \(Self.several)
            inside c python3 "$libraries/Robustness/flood.py" 500 </dev/null >/dev/null 2>&1 &
            flood=$!; sleep 1
            for _ in {1..10}; do
                timeout 5 "$programs/evenkeel" doctor >/dev/null 2>&1 && status=0 || status=$?; ((status < 2)) || echo "doctor $status"
            done
            timeout 5 "$programs/evenkeel" apply --all >/dev/null || echo "all $?"
            timeout 5 "$programs/evenkeel" apply --netns /run/netns/c >/dev/null || echo "c $?"
            pkill -P $flood || :; kill $flood || :
            defaults_left c netns-{1..20}
            """)
        #expect(said == "1")
    }

    /// The namespaces' files are open to all, and so is what is locked there.
    @Test func aUserWhoHoldsEveryFilesLockHoldsNobodyUp() throws {
        let lab = try lab("several 3")
        let said = try lab.run(
            """
            \(Self.several)
            for name in c netns-{1..3}; do (cd /; nobody flock /run/netns/$name sleep 60 </dev/null >/dev/null 2>&1) & done
            for name in c netns-{1..3}; do while flock -n /run/netns/$name true; do sleep 0.01; done; done
            timeout 2 "$programs/evenkeel" apply --all >/dev/null || echo "all $?"
            timeout 2 bash -c '. "$libraries/lab.sh"; hook c' 2>/dev/null || echo "hook $?"
            defaults_left c netns-{1..3}
            ! nobody ls /run/evenkeel/locks 2>/dev/null
            ! nobody flock -n /run/evenkeel/locks/namespaces true 2>/dev/null
            stat -c '%a %U' /run/evenkeel /run/evenkeel/locks /run/evenkeel/locks/*
            """)
        #expect(said == "1\n755 root\n700 root\n600 root")
    }

    /// A run of root's that holds the lock is waited for.
    @Test func aRunWaitsForAnother() throws {
        let lab = try lab(
            "hook c 2>/dev/null; ip -n c route append default via 10.89.2.1 dev eth1 proto static metric 100")
        let said = try lab.run(
            """
            python3 - <<'END' &
            import fcntl, os, struct, time
            file = open("/run/evenkeel/locks/namespaces", "r+")
            inode = os.stat("/run/netns/c").st_ino
            fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, inode, 1, 0))
            open("/run/locked", "w").close()
            while not os.path.exists("/run/goes"): time.sleep(0.01)
            END
            until [[ -e /run/locked ]]; do sleep 0.01; done
            "$programs/evenkeel" apply --netns /run/netns/c >/run/said & run=$!
            sleep 0.3; defaults 4 c | wc -l; touch /run/goes
            wait $run; defaults 4 c | wc -l
            """)
        #expect(said == "2\n1")
    }

    @Test func doctorCreatesNoLock() throws {
        let lab = try lab("")
        #expect(
            try lab.run("\"$programs/evenkeel\" doctor >/dev/null || :; ls -d /run/evenkeel 2>/dev/null || echo none")
                == "none")
    }

    /// Each list has a limit; the container is named, and the next has its turn.
    @Test(arguments: ["addresses", "rules", "routes"]) func aContainerOfTooManyObjectsIsLeftAndTheNextMadeSafe(
        what: String
    ) throws {
        let command =
            switch what {
            case "addresses": "addr add 100.64.$((i / 256)).$((i % 256))/32 dev eth1"
            case "rules": "rule add from 100.64.$((i / 256)).$((i % 256)) lookup 100 priority 1000"
            default: "route add default via 10.89.1.1 dev eth0 metric $((i + 1000))"
            }
        let lab = try lab(
            "several 2; for ((i = 0; i < 9000; i++)); do echo \"\(command)\"; done | ip -n netns-1 -batch -")
        let said = try lab.attempt(
            """
            \(Self.several)
            before=$(inner netns-1)
            timeout 10 "$programs/evenkeel" apply --all >/run/said 2>/run/errors || echo "status $?"
            defaults_left netns-2; [[ $(inner netns-1) != "$before" ]] || echo same
            cat /run/errors
            """)
        #expect(said.out.contains("status 1\n1\nsame\n"), "\(said)")
        #expect(said.out.contains("netns-1") && said.out.contains("more than 8192"), "\(said)")
    }

    /// Rules for many addresses would slow down each packet.
    @Test func aNetworkOfManyPrefixesGetsNoRulesForThem() throws {
        let lab = try lab(
            "for i in {0..299}; do echo \"addr add 100.64.$((i / 256)).$((i % 256))/32 dev eth1\"; done | ip -n c -batch -"
        )
        let said = try lab.run(
            "hook c 2>&1 | grep prefixes; ip -n c rule show | grep -c 'proto 69'; cni CHECK c eth0; bound c eth1")
        #expect(
            said.hasPrefix("evenkeel: container test: default via 10.89.2.1 dev eth1 gets no rules for its addresses"),
            "\(said)")
    }

    /// A reply that is lost, as when the socket's buffer is full, costs another look.
    @Test(arguments: [3, 4, 5, 6]) func aLostReplyLeadsToAnotherLook(place: Int) throws {
        let lab = try lab("")
        let said = try lab.attempt(
            """
            strace -o /run/calls -e trace=recvfrom -e inject=recvfrom:error=ENOBUFS:when=\(place) \
                "$programs/evenkeel" apply --netns /run/netns/c >/dev/null; echo "status $?"
            grep -c INJECTED /run/calls; defaults 4 c | wc -l
            """)
        #expect(said.out.hasSuffix("status 0\n1\n1\n"), "\(said)")
    }

    /// Standard error is a full pipe that nobody reads: the hook ends with its time, as its policy has it.
    @Test func theTimeLimitHoldsWithAFullPipe() throws {
        let lab = try lab("")
        let said = try lab.run(
            """
            mkfifo /run/full; exec {pipe}<>/run/full
            timeout 1 cat /dev/zero >/run/full || :
            nsenter --net=/run/netns/c sleep 600 </dev/null >/dev/null 2>&1 & pid=$!
            until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
            status=0
            jq -n --argjson pid $pid '{ociVersion: "1.0.2", id: "test", status: "creating", pid: $pid, bundle: "/"}' |
                timeout 40 "$programs/evenkeel-hook" 2>/run/full || status=$?
            echo $status
            """)
        #expect(said == "0")
    }
}
