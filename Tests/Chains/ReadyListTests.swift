import Laboratory
import Testing

/// The lists in hooks/cni, as they are.
@Suite struct ReadyListTests {
    @Test(arguments: ["podman", "podman-prefer", "containerd", "kubernetes", "multus"])
    func aContainerWorksOnIt(list: String) throws {
        let lab = try ChainLab()
        let network = try lab.run("ready \(list)")
        try lab.run("attachment add \(network) eth0 \"$(published 8081)\"")
        #expect(
            try lab.run("attachment check \(network) eth0; ip netns exec c sysctl -n net.ipv4.conf.eth0.rp_filter")
                == "2")
        #expect(try lab.run("nft list set ip evenkeel containers").contains("elements") || list == "multus")
        for family in list == "podman" ? [4] : [4, 6] {
            #expect(try lab.run("row ping ping_once c $far\(family); row TCP tcp_once c $far\(family) 80") == "")
            if list != "multus" { #expect(try lab.run("row port tcp_once far $up\(family) 8081") == "") }
        }
        try lab.run("attachment del \(network) eth0 \"$(published 8081)\"")
        #expect(try lab.run("left") == "")
    }

    @Test(arguments: ["podman podman-prefer", "podman-prefer podman"])
    func thePreferredOneWinsInWhateverOrderTheyCome(order: String) throws {
        let lab = try ChainLab()
        try lab.run(
            """
            for list in \(order); do
                network=$(ready $list)
                [[ $list == podman ]] && interface=eth0 || interface=eth1
                attachment add $network $interface
            done
            """)
        #expect(try lab.run("defaults 4 c") == "default via 10.89.11.1 dev eth1")
        #expect(try lab.run("attachment check web eth0; attachment check storage eth1") == "")
    }

    /// As Multus does: one network after the other, and a pod's `cni-args` in every plugin of the list.
    @Test(arguments: [("", "eth0"), ("{prefer: true}", "net1"), ("{defaultRoute: {prefer: [\"net*\"]}}", "net1")])
    func aPodChoosesItsDefaultRoute(arguments: String, winner: String) throws {
        let lab = try ChainLab()
        try lab.run("ready kubernetes; ready multus; attachment add pods eth0")
        if !arguments.isEmpty {
            try lab.run(
                "jq '.plugins[].args.cni.evenkeel = \(arguments)' $NETCONFPATH/multus.conflist >/run/list; cp /run/list $NETCONFPATH/multus.conflist"
            )
        }
        try lab.run("attachment add storage net1")
        #expect(try lab.run("for f in 4 6; do defaults $f c | grep -o 'dev [^ ]*'; done | sort -u") == "dev \(winner)")
        #expect(try lab.run("attachment check pods eth0; attachment check storage net1; unbound_losses") == "")
        try lab.run("attachment del storage net1; attachment del pods eth0")
        #expect(try lab.run("left") == "")
    }

    @Test func aRuntimesCapabilityReachesThePlugin() throws {
        let lab = try ChainLab()
        try lab.run(
            "ready kubernetes; attachment add pods eth0 '{\"io.kubernetes.cri.pod-annotations\": {\"evenkeel.skip\": \"true\"}}'"
        )
        #expect(
            try lab.run("ip netns exec c sysctl -n net.ipv4.conf.eth0.rp_filter; nft list tables ip")
                == "1\ntable ip nat")
        let unknown = try lab.attempt(
            "attachment add pods eth1 '{\"io.kubernetes.cri.pod-annotations\": {\"evenkeel.dev/skipp\": \"true\"}}'")
        #expect(unknown.status == 0)
        #expect(unknown.err.contains("annotation evenkeel.dev/skipp is ignored: its name is unknown (did you mean"))
    }
}
