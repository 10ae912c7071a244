import Laboratory
import Testing

/// Beside the CNI project's plugins, in lists that libcni carries out: two networks with a default route each in one
/// container.
@Suite struct CoexistenceTests {
    @Test(arguments: [
        "bridge evenkeel", "ptp evenkeel", "macvlan evenkeel", "bridge evenkeel portmap", "bridge portmap evenkeel",
        "bridge evenkeel firewall", "bridge firewall evenkeel", "bridge evenkeel tuning", "bridge tuning evenkeel",
        "bridge evenkeel bandwidth", "bridge bandwidth evenkeel",
    ])
    func twoNetworksWorkWhateverStandsBesideItInTheList(plugins: String) throws {
        let lab = try ChainLab()
        for (version, first, other) in [("0.4.0", 1, 2), ("1.0.0", 2, 1)] {
            try lab.run("for n in 1 2; do list $n \(version) \(plugins); done; both add")
            #expect(try lab.run("defaults 4 c | wc -l; defaults 6 c | wc -l") == "1\n1")
            #expect(try lab.run("both check") == "")
            #expect(try lab.run("unbound_losses; bound_losses 1 2") == "")
            if plugins.contains("portmap") { #expect(try lab.run("published_losses 1 2") == "") }
            try lab.run("runtime del \(first)")
            #expect(try lab.run("runtime check \(other); unbound_losses; bound_losses \(other)") == "")
            try lab.run("runtime del \(other)")
            #expect(try lab.run("left") == "")
        }
    }

    /// The control.
    @Test(arguments: ["bridge", "ptp", "macvlan"]) func withoutItPacketsAreLost(plugin: String) throws {
        let lab = try ChainLab()
        try lab.run("for n in 1 2; do list $n 1.0.0 \(plugin); done; both add")
        #expect(try lab.run("bound_losses 1 2").contains("IPv4 TCP from network "))
    }

    /// The plugins of the CNI project look for every default that the result has, whoever took it away since.
    @Test(arguments: ["bridge", "ptp", "macvlan"]) func aNetworkThatLostPassesItsCheckWithoutAnyDefault(plugin: String)
        throws
    {
        let lab = try ChainLab()
        try lab.run("for n in 1 2; do list $n 1.0.0 \(plugin) evenkeel; done; both add")
        try lab.run("for f in 4 6; do ip -n c -$f route del default; done")
        #expect(try lab.run("runtime check 2") == "")
        let winner = try lab.attempt("runtime check 1")
        #expect(winner.status == 1 && winner.err.contains("not found in routing table"))
    }
}
