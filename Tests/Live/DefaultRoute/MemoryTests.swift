import Laboratory
import Testing

/// What happens after the first run: networks go and come, and people take default routes away on purpose.
@Suite struct MemoryTests {
    @Test(arguments: [4, 6]) func theNextDefaultComesBackWhenTheWinnersNetworkIsGone(family: Int) throws {
        let lab = try Lab()
        try lab.run("lab 3; cni ADD c eth2; ip -n c link del eth0")
        #expect(try lab.run("defaults \(family) c") == "")
        try lab.run("hook c")
        #expect(try lab.run("defaults \(family) c").contains("dev eth1"))
        #expect(try lab.run("defaults \(family) c | wc -l") == "1")
        #expect(try lab.run("row lost ping_once c $far\(family)") == "")
        try lab.run("ip -n c link del eth1; hook c; row lost ping_once c $far\(family)")
        #expect(try lab.run("ours \(family) c") == "", "with one network left all of ours goes")
    }

    @Test(arguments: [4, 6]) func deletingTheWinnersAttachmentMovesTheDefaultAtOnce(family: Int) throws {
        let lab = try Lab()
        try lab.run("lab 3; cni ADD c eth2; cni DEL c eth0")
        #expect(try lab.run("defaults \(family) c").contains("dev eth1"))
        #expect(try lab.run("defaults \(family) c | wc -l") == "1")
        try lab.run("ip -n c link del eth0; cni CHECK c eth1")
        try lab.run("cni DEL c eth2")
        #expect(try lab.run("defaults \(family) c").contains("dev eth1"))
        #expect(try lab.run("ours \(family) c") == "")
    }

    @Test(arguments: [4, 6]) func aDefaultTakenAwayOnPurposeStaysAway(family: Int) throws {
        let lab = try Lab()
        let (address, first) = family == 4 ? ("10.89.1.5", "10.89.1.1") : ("fd00:89:1::5", "fd00:89:1::1")
        try lab.run("lab 3; cni ADD c eth0; converse c $far\(family)")
        #expect(try lab.attempt("say one; heard one").status == 0, "the connection works while there is a default")
        try lab.run("ip -n c -\(family) route del default via \(first) dev eth0")
        for run in [
            "hook c", "cni ADD c eth1", "\"$programs/evenkeel\" apply --netns /run/netns/c", "cni CHECK c eth0",
        ] {
            try lab.run(run)
            #expect(try lab.run("defaults \(family) c") == "", "\(run) put a default back")
        }
        // IPv6 goes on to look for an address that could reach; the route lookup itself finds nothing.
        #expect(try lab.attempt("ip -n c route get $far\(family)").status != 0)
        #expect(try lab.attempt("ping_once c $far\(family) \(address)").status != 0)
        #expect(try lab.attempt("tcp_once c $far\(family) 80 \(address)").status != 0)
        #expect(try lab.attempt("say two; heard two").status != 0, "the connection under way is cut as well")
        // Nor when the network it belonged to goes.
        try lab.run("cni DEL c eth0; ip -n c link del eth0; hook c")
        #expect(try lab.run("defaults \(family) c") == "")
    }

    @Test func aSecondRunChangesNothing() throws {
        let lab = try Lab()
        let state =
            "ip -n c route show table all; ip -n c -6 route show table all | sed 's/expires [0-9]*sec//'; "
            + "ip -n c rule; ip -n c -6 rule; nft -a list ruleset; "
            + "ip netns exec c sysctl -a 2>/dev/null | grep -E 'rp_filter|ra_defrtr'"
        try lab.run("lab 3; cni ADD c eth0")
        let before = try lab.run(state)
        #expect(try lab.run("hook c 2>&1; cni ADD c eth1 2>&1 >/dev/null; cni CHECK c eth2 2>&1") == "")
        #expect(try lab.run(state) == before)
    }

    @Test func theResultIsTheSameInWhateverOrderNetworksCome() throws {
        for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
            let lab = try Lab()
            let attachments = order.map { "attach c \($0) eth\($0 - 1) 5; cni ADD c eth\($0 - 1)\n" }.joined()
            try lab.run("host; container c; for n in 1 2 3; do network $n; done\n\(attachments)")
            for family in [4, 6] {
                #expect(try lab.run("defaults \(family) c").contains("dev eth0 "))
                #expect(try lab.run("defaults \(family) c | wc -l") == "1")
            }
            #expect(try lab.run("cni CHECK c eth2 2>&1") == "")
        }
    }
}
