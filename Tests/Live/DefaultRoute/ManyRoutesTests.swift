import Laboratory
import Testing

/// Default routes among so many others that not all of them are read.
@Suite struct ManyRoutesTests {
    /// Routes before and behind the default route in the order of addresses, also those that begin at 0.0.0.0.
    private let routes = """
        ip -n c route add 0.0.0.0/1 via 10.89.1.1 dev eth0
        ip -n c route add 128.0.0.0/1 via 10.89.1.1 dev eth0
        for n in $(seq 0 1999); do
            echo "route add 100.$((n / 250)).$((n % 250)).0/24 via 10.89.1.1 dev eth0"
            echo "route add 2001:db8:1:$n::/64 via fd00:89:1::1 dev eth0"
        done | ip -n c -batch -
        """

    @Test func theyAreFoundAndKeptInMindAsAmongFew() throws {
        let lab = try Lab()
        try lab.run("lab 3\n\(routes)\ncni ADD c eth2")
        for family in [4, 6] {
            let kept = try lab.run("defaults \(family) c")
            #expect(kept.split(separator: "\n").count == 1 && kept.contains("dev eth0"))
            #expect(try lab.run("ours \(family) c | grep -c 'default via'") == "3")
        }
        #expect(try lab.run("state c >/run/before; cni ADD c eth2 2>&1 >/dev/null; state c | diff /run/before -") == "")
        // Its specific routes go with the winner, and the next best comes back out of the many that stay.
        try lab.run("ip -n c route change 0.0.0.0/1 via 10.89.2.1 dev eth1; cni DEL c eth0; ip -n c link del eth0")
        for family in [4, 6] {
            let restored = try lab.run("defaults \(family) c")
            #expect(restored.split(separator: "\n").count == 1 && restored.contains("dev eth1"))
        }
    }

    /// A rule of somebody else's, such as sbr's, leads to a table that has to be looked at as well.
    @Test func aNetworkThatOthersRouteIsTheirs() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 2
            \(routes)
            ip -n c route flush dev eth1 table main
            ip -n c route add default via 10.89.2.1 dev eth1 onlink table 100
            ip -n c rule add from 10.89.2.5 lookup 100
            cni ADD c eth1
            """)
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
        #expect(try lab.run("ours 4 c") == "")
    }

    /// The doctor looks at every table, also at one that means nothing to a plan, such as a VPN's.
    @Test func theDoctorFindsADefaultRouteInWhateverTable() throws {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            lab 1
            \(routes)
            for half in 0.0.0.0/1 128.0.0.0/1; do ip -n c route del $half; done
            ip -n c route del default
            ip -n c rule add fwmark 0x1 lookup 100
            """)
        #expect(try lab.run("found c").contains("no-default-route"))
        try lab.run("ip -n c route add default via 10.89.1.1 dev eth0 table 100")
        #expect(try !lab.run("found c").contains("no-default-route"))
    }
}
