import Laboratory
import Testing

/// What a kernel refuses altogether: nothing is half done then. FaultTests has single calls.
@Suite struct FailureTests {
    @Test func withoutNftablesNothingIsChanged() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let before = try lab.run("ip -n c route; ip -n c -6 route; ip -n c rule")
        // A kernel without NETLINK_NETFILTER answers EPROTONOSUPPORT, also when musl asks again without SOCK_CLOEXEC.
        let output = try lab.attempt(
            """
            mkdir /run/without; printf '#!/bin/sh\\nexec strace -qq -o /dev/null -e trace=socket -e inject=socket:error=EPROTONOSUPPORT:when=2+ %s\\n' \
                "$programs/evenkeel-cni" >/run/without/evenkeel-cni; chmod +x /run/without/evenkeel-cni
            programs=/run/without cni ADD c eth0
            """)
        #expect(output.status == 1)
        #expect(output.out.contains("\"code\":100") && output.out.contains("EPROTONOSUPPORT"))
        #expect(output.out.contains("nftables"))
        #expect(try lab.run("ip -n c route; ip -n c -6 route; ip -n c rule") == before)
    }

    @Test func aReadOnlySysctlIsReportedAndTheRoutesArePutRight() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let output = try lab.attempt(
            "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; cni ADD c eth0")
        #expect(output.status == 1)
        #expect(
            output.err.contains("/proc/sys/net/ipv4/conf/eth0/rp_filter") || output.err.contains("rp_filter of eth0"))
        #expect(output.err.contains("EROFS") && output.out.contains("remount /proc/sys writable"))
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
    }

    @Test func withoutPrivilegeNothingIsChangedAndTheErrorSaysSo() throws {
        let lab = try Lab()
        try lab.run("lab 2; chmod 755 /run")
        for verb in ["ADD", "CHECK"] {
            let output = try lab.attempt(
                """
                cp "$programs/evenkeel-cni" /run/; mkdir -p /run/plain
                printf '#!/bin/sh\\nexec setpriv --reuid 65534 --clear-groups --inh-caps=-all --bounding-set=-all /run/evenkeel-cni\\n' >/run/plain/evenkeel-cni
                chmod 755 /run/plain /run/plain/evenkeel-cni /run/evenkeel-cni; programs=/run/plain; cni \(verb) c eth0
                """)
            #expect(output.status == 1)
            #expect(output.out.contains("EPERM") || output.out.contains("EACCES"), "\(output.out)")
            #expect(output.out.contains("run it as root"))
        }
        #expect(try lab.run("defaults 4 c | wc -l") == "2")
    }

    @Test func aPingDuringApplyLosesNothing() throws {
        let lab = try Lab()
        // A namespace that was not losing before: nothing filters in it.
        try lab.run("rp_filter=0 lab 3")
        let summary = try lab.run(
            """
            ip netns exec c ping -n -q -i 0.002 -c 1000 -W 1 $far4 >/run/ping4 & one=$!
            ip netns exec c ping -n -q -i 0.002 -c 1000 -W 1 $far6 >/run/ping6 & two=$!
            sleep 0.5
            "$programs/evenkeel" apply --netns /run/netns/c >/dev/null
            wait $one $two; cat /run/ping4 /run/ping6
            """)
        #expect(summary.components(separatedBy: "1000 received, 0% packet loss").count == 3, "\(summary)")
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
    }
}
