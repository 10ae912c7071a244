import Foundation
import Laboratory
import Testing

/// What the programs that a container's start waits for give up, and what they keep.
@Suite struct PrivilegeTests {
    /// CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_PTRACE and CAP_SYS_ADMIN.
    private static let needed: UInt64 = 1 << 1 | 1 << 2 | 1 << 12 | 1 << 13 | 1 << 19 | 1 << 21

    /// The kernel's account of a program that waits for its input.
    private func status(_ program: String, behind command: String = "env") throws -> [String: String] {
        let text = try Lab().run(
            """
            mkfifo /run/input
            exec 9<>/run/input
            CNI_COMMAND=ADD \(command) "$programs/\(program)" </run/input >/dev/null 2>&1 9<&- &
            until [[ $(cat /proc/$!/syscall) == +([0-9])" 0x0 "* && $(</proc/$!/comm) == evenkeel* ]]; do sleep 0.01; done
            cat /proc/$!/status
            kill -KILL $!
            """)
        return text.split(separator: "\n").reduce(into: [:]) { members, line in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { members[parts[0]] = parts[1] }
        }
    }

    @Test(arguments: ["evenkeel-hook", "evenkeel-cni"]) func onlyWhatIsNeededIsKept(program: String) throws {
        let status = try status(program)
        #expect(status["NoNewPrivs"] == "1")
        for set in ["CapEff", "CapPrm"] { #expect(UInt64(status[set] ?? "", radix: 16) == Self.needed, "\(set)") }
    }

    /// A process without some of the needed capabilities keeps the others.
    @Test func whoHasLessKeepsLess() throws {
        let status = try status(
            "evenkeel-hook", behind: "setpriv --bounding-set -sys_ptrace,-dac_override --inh-caps -all")
        let kept = UInt64(status["CapEff"] ?? "", radix: 16)
        #expect(kept == Self.needed & ~(1 << 1 | 1 << 19))
    }

    /// Root of a user namespace has all capabilities there, and gives up the same.
    @Test func rootOfAUserNamespaceMakesItsContainersSafe() throws {
        let output = try Lab().run(
            """
            unshare --user --map-root-user --net --mount --propagation private bash -euo pipefail -c '
                mount -t tmpfs tmpfs /run
                . "$libraries/lab.sh"
                process_on_a_network
                echo "{\\"id\\":\\"x\\",\\"status\\":\\"creating\\",\\"pid\\":$pid}" | "$programs/evenkeel-hook"
                nsenter --net=/proc/$pid/ns/net sysctl -n net.ipv4.conf.eth0.rp_filter
                kill $pid'
            """)
        #expect(output.split(separator: "\n").last == "2", "\(output)")
    }

    /// A process of another user with a user namespace of its own, a log file and a policy that are not root's.
    @Test func strangersFilesAndProcessesCanStillBeUsed() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 2
            private_etc
            echo '{"defaultRoute":{"mode":"one"}}' >/etc/evenkeel/policy.json
            chown 65534 /etc/evenkeel/policy.json; chmod 600 /etc/evenkeel/policy.json
            install -o 65534 -m 600 /dev/null /run/log
            nsenter --net=/run/netns/c setpriv --reuid 65534 --regid 65534 --clear-groups \\
                unshare --user sleep 600 </dev/null >/dev/null 2>&1 &
            pid=$!
            until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
            "$programs/evenkeel-hook" <<<'{"id":"x","status":"creating","pid":'$pid'}' 2>/dev/null
            [[ $(defaults 4 c | wc -l) == 1 ]]
            CNI_COMMAND=CHECK CNI_CONTAINERID=x CNI_NETNS=/proc/$pid/ns/net CNI_IFNAME=eth0 CNI_PATH=/x \\
                "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0","name":"n","logFile":"/run/log","logLevel":"debug","prevResult":{}}'
            CNI_COMMAND=ADD CNI_CONTAINERID=x CNI_NETNS=/proc/$pid/ns/net CNI_IFNAME=eth0 CNI_PATH=/x \\
                "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0","name":"n","logFile":"/run/log","logLevel":"debug","prevResult":{}}'
            grep -q 'nothing to do' /run/log
            """)
    }
}
