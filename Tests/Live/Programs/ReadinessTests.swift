import Laboratory
import Testing

/// GC and STATUS.
@Suite struct ReadinessTests {
    private let status = """
        CNI_COMMAND=STATUS "$programs/evenkeel-cni" <<<'{"cniVersion":"1.1.0","name":"n","type":"evenkeel"}'
        """
    private let collect = """
        CNI_COMMAND=GC CNI_PATH=/opt/cni/bin "$programs/evenkeel-cni" <<<'{"cniVersion":"1.1.0","name":"n","cni.dev/valid-attachments":[]}'
        """

    @Test func aHostThatCanDoItAllIsReady() throws {
        let lab = try Lab()
        let output = try lab.attempt(status)
        #expect(output.status == 0 && output.out == "" && output.err == "")
    }

    @Test func withoutPrivilegeItIsNot() throws {
        let lab = try Lab()
        for command in [
            "setpriv --bounding-set -net_admin --inh-caps -net_admin",
            "setpriv --bounding-set -sys_admin --inh-caps -sys_admin",
        ] {
            let output = try lab.attempt(
                status.replacing("\"$programs/evenkeel-cni\"", with: "\(command) \"$programs/evenkeel-cni\""))
            #expect(output.status == 1 && output.out.contains("\"code\":50"), "\(command): \(output.out)")
            #expect(output.out.contains("EPERM") && output.out.contains("run it as root"))
        }
    }

    @Test func withoutSysctlsItIsInPart() throws {
        let lab = try Lab()
        let output = try lab.attempt("mount -t proc -o ro proc /proc\n" + status)
        #expect(output.status == 1 && output.out.contains("\"code\":51"))
        #expect(output.out.contains("/proc/sys/net/ipv4/conf/default/rp_filter") && output.out.contains("EROFS"))
    }

    @Test func whatNobodyIsBehindIsCollected() throws {
        let lab = try Lab("InvalidDrop/invalid.sh")
        try lab.run("lab 3; cni ADD c eth0; ip netns add other; ip netns add e")
        // Rules and an element of attachments that ended without a word, in a namespace that is still there.
        try lab.run(
            "ip -n c link del eth2; ip link add vx type veth peer name eth0 netns e; nft add element ip evenkeel containers { vgone, br9 }"
        )
        let before = try lab.run("ip -n c route show table all; ip -n c -6 route show table all; ip -n other rule")
        let output = try lab.attempt(collect)
        #expect(output.status == 0 && output.out == "")
        #expect(try lab.run("guarded ip") == "br1 br2")
        #expect(try lab.run("ip -n c rule; ip -n c -6 rule | grep -c 'proto 69'").contains("10.89.3.5") == false)
        #expect(try lab.run("ip -n c rule | grep -c 'proto 69'") == "4", "those of the networks that are there stay")
        #expect(
            try lab.run("ip -n c route show table all; ip -n c -6 route show table all; ip -n other rule") == before)
        #expect(try lab.run(collect + " 2>&1") == "")
    }
}
