import Laboratory
import Testing

extension Engines {
    /// What becomes of a container whose guard breaks in the middle of its work.
    @Suite struct CrashTests {
        @Test(arguments: ["runc", "crun"])
        func aHookThatCrashesKeepsAContainerFromStartingOnlyIfItMay(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(Self.preparation)
            let warned = try host.attempt(crash("evenkeel-hook", "ILL", "--annotation run.oci.hooks.stderr=/run/hook"))
            #expect(warned.status == 0, "\(warned.err)")
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c; podman rm -f -t 0 c").contains("true"))
            try host.run(Self.failing)
            let failed = try host.attempt(crash("evenkeel-hook", "ILL", "--annotation run.oci.hooks.stderr=/run/hook"))
            #expect(failed.status != 0)
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
            let said = failed.err + (try host.run("cat /run/hook 2>/dev/null || :"))
            #expect(said.contains("evenkeel: crashed at 0x"))
        }

        /// Killed, it cannot say with which status it would like to end; then the host's policy counts.
        @Test(arguments: ["ILL", "KILL"])
        func neitherDoesAWrapperThatIsBroken(signal: String) throws {
            let host = try PodmanHost(wrapping: "runc")
            try host.run(Self.preparation)
            let warned = try host.attempt(crash("evenkeel-runc", signal, PodmanHost.wrapped))
            #expect(warned.status == 0, "\(warned.err)")
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c; podman rm -f -t 0 c").contains("true"))
            try host.run(Self.failing)
            let failed = try host.attempt(crash("evenkeel-runc", signal, PodmanHost.wrapped))
            #expect(failed.status != 0)
            #expect(try host.run("podman inspect -f '{{.State.Running}}' c") == "false")
            #expect(failed.err.contains(signal == "ILL" ? "crashed at 0x" : "was ended with status 137"))
        }

        private static let failing = """
            mkdir /etc/evenkeel
            echo '{"onError": "fail"}' >/etc/evenkeel/policy.json
            """

        /// A namespace whose lock can be held, so that the guard waits for it, and a way to break the one who waits.
        private static let preparation = """
            ip netns add own
            ip -n own link set lo up
            ip link add own type veth peer name eth0 netns own
            # Holds the lock of root's runs as long as it runs: a byte at the inode's number, F_OFD_SETLK.
            cat >/root/hold <<'EOF'
            import fcntl, os, struct, time
            os.makedirs("/run/evenkeel/locks", exist_ok=True)
            locks = open("/run/evenkeel/locks/namespaces", "a")
            fcntl.fcntl(locks, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, os.stat("/run/netns/own").st_ino, 1, 0))
            open("/run/held", "w").close()
            time.sleep(60)
            EOF
            cat >/root/break <<'EOF'
            waited="net:[$(stat -Lc %i /run/netns/own)]"
            for _ in {1..200}; do
                for pid in $(pgrep -x "$1"); do
                    readlink "/proc/$pid/fd/"* | grep -qF "$waited" && kill "-$2" "$pid" && exit 0
                done
                sleep 0.02
            done
            exit 1
            EOF
            """

        private func crash(_ program: String, _ signal: String, _ options: String) -> String {
            """
            rm -f /run/held
            python3 /root/hold &
            holder=$!
            until [[ -e /run/held ]]; do sleep 0.01; done
            podman rm -f -t 0 -i c >/dev/null
            bash /root/break \(program) \(signal) &
            breaker=$!
            status=0
            start c --network ns:/run/netns/own \(options) || status=$?
            kill $holder
            wait $breaker || exit 99
            exit $status
            """
        }
    }
}
