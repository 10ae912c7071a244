import Foundation
import Laboratory
import Testing

/// `evenkeel-hook` by itself, as a runtime would call it.
@Suite struct HookProgramTests {
    private let sandbox: EngineSandbox

    init() throws {
        sandbox = try EngineSandbox(copies: ["/usr/local/bin/evenkeel-hook": Shell.programs + "/evenkeel-hook"])
        try sandbox.run("rm -rf /etc/evenkeel; mkdir /etc/evenkeel")
    }

    /// A process in a network namespace of its own, and the state that a runtime would hand over.
    private static let container = """
        unshare --net sleep 1000 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(cat /proc/$pid/comm) == sleep ]]; do :; done
        state='{"id": "c", "status": "created", "pid": '$pid'}'

        """

    @Test func whatItSaysIsInTheSystemsLog() throws {
        let log = try sandbox.run(
            Self.container + """
                # The machine's /dev is not to be changed.
                mount -t tmpfs tmpfs /dev
                mknod /dev/null c 1 3
                socat -u UNIX-RECV:/dev/log OPEN:/run/log,creat,append &
                until [[ -S /dev/log ]]; do :; done
                nsenter -t $pid -n ip link add name eth0 type veth peer name eth1
                nsenter -t $pid -n sysctl -qw net.ipv4.conf.eth0.rp_filter=1
                nsenter -t $pid -n ip addr add 10.1.1.2/24 dev eth0
                nsenter -t $pid -n ip link set eth0 up
                nsenter -t $pid -n ip link set eth1 up
                nsenter -t $pid -n ip route add default via 10.1.1.1
                evenkeel-hook <<<"$state" 2>/run/err || exit 9
                until grep -q safe /run/log; do :; done
                kill %1 %2
                sed 's/<30>evenkeel-hook\\[[0-9]*\\]/LINE/g; s/<31>evenkeel-hook\\[[0-9]*\\]/DETAIL/g' /run/log
                cat /run/err
                """)
        #expect(log.text.contains("DETAIL: container c: set rp_filter of eth0 to 2 (loose; it was 1)"))
        #expect(log.text.contains("LINE: container c: its network was made safe; changes: rp-filter "))
        #expect(log.text.contains("evenkeel: container c: set rp_filter of eth0 to 2 (loose; it was 1)"))
    }

    @Test func aContainerWithoutANetworkIsLeftAloneWithANotice() throws {
        let output = try sandbox.attempt(
            Self.container + "status=0; evenkeel-hook <<<\"$state\" || status=$?; kill $pid; exit $status")
        #expect(output.status == 0)
        #expect(output.err.hasPrefix("evenkeel: container c: it has no network yet, so nothing was done"))
    }

    @Test func aProcessThatHasEndedIsRefused() throws {
        let output = try sandbox.attempt(
            Self.container + """
                kill $pid
                wait $pid || :
                evenkeel-hook <<<"$state"
                """)
        #expect(output.status == 1)
        #expect(output.err.contains("cannot look at process "))
    }

    /// A runtime waits for the hook, and would wait for ever. crun starts hooks with every signal blocked.
    @Test func ofInputThatNeverEndsItTiresAfterTwentySeconds() throws {
        let output = try sandbox.run(
            """
            mkfifo /run/pipe
            exec 9<>/run/pipe
            for policy in '{}' '{"onError": "fail"}'; do
                echo "$policy" >/etc/evenkeel/policy.json
                (env --block-signal evenkeel-hook </run/pipe 2>&1 9>&- && echo 0 || echo $?) &
                # Its policy is read before it waits.
                until [[ $(cat /proc/$(pgrep -nx evenkeel-hook)/syscall 2>/dev/null) == +([0-9])" 0x0 "* ]]; do :; done
            done
            wait
            """)
        #expect(
            output.text.split(separator: "\n").sorted() == [
                "0", "1", "evenkeel: gave up after 20 seconds", "evenkeel: gave up after 20 seconds",
            ])
    }

    @Test(arguments: [(#"{}"#, 0), (#"{"onError": "fail"}"#, 1), (#"{"onError": "never"}"#, 0), ("{", 0)])
    func aCrashEndsAsTheHostsPolicySays(policy: String, status: Int32) throws {
        let output = try sandbox.attempt(
            """
            echo '\(policy)' >/etc/evenkeel/policy.json
            mkfifo /run/pipe
            exec 9<>/run/pipe
            env --block-signal evenkeel-hook </run/pipe 9>&- &
            until [[ $(cat /proc/$!/syscall) == +([0-9])" 0x0 "* ]]; do :; done
            kill -ILL $!
            wait $!
            """)
        #expect(output.status == status)
        #expect(output.err.hasPrefix("evenkeel: crashed at 0x"))
    }
}
