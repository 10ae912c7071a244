import Foundation
import Laboratory
import Testing

/// Several runs on one container at once, as the members of a pod make them, and what a run meets that others left.
@Suite struct ConcurrencyTests {
    /// Each would take the other's half-done work for somebody's purpose if it saw it.
    @Test func runsThatWantDifferentWinnersLeaveOneDefault() throws {
        let lab = try Lab()
        try lab.run(
            """
            lab 3
            for round in $(seq 15); do
                jobs=()
                for n in 0 1 2 0 1 2; do
                    cni ADD c eth0 "{\\"defaultRoute\\":{\\"prefer\\":[\\"eth$n\\"]}}" >/dev/null 2>>/run/errors & jobs+=($!)
                done
                for job in "${jobs[@]}"; do wait "$job" || { cat /run/errors; exit 1; }; done
                for family in 4 6; do
                    [[ $(defaults $family c | wc -l) == 1 ]] || { echo "round $round, IPv$family:"; defaults $family c; exit 1; }
                done
                cni ADD c eth0 2>/dev/null >&2; cni CHECK c eth0
            done
            """)
    }

    @Test func aMultipathRouteOfIPv4Stays() throws {
        let lab = try Lab()
        let legs = "nexthop via 10.89.1.1 dev eth0 nexthop via 10.89.2.1 dev eth1"
        try lab.run("lab 2; ip -n c route del default; ip -n c route del default; ip -n c route add default \(legs)")
        try lab.run("ip -n c link set eth1 down; cni ADD c eth0 && cni CHECK c eth0 2>&1")
        #expect(try lab.run("defaults 4 c").contains("nexthop via 10.89.1.1 dev eth0"))
        try lab.run(
            "ip -n c link set eth1 up; ip -n c addr add fd00:89:2::5/64 dev eth1 nodad; ip -n c route change default \(legs); cni ADD c eth0 && cni CHECK c eth0 2>&1"
        )
        // No engine makes a multipath route of IPv4: somebody wants it.
        let routes = try lab.run("defaults 4 c")
        for leg in legs.components(separatedBy: "nexthop ").dropFirst() {
            #expect(routes.contains("nexthop \(leg.trimmingCharacters(in: .whitespaces))"))
        }
    }

    @Test(arguments: [4, 6]) func twoGatewaysOfOneNetworkStay(family: Int) throws {
        let lab = try Lab()
        let other = family == 4 ? "10.89.1.9" : "fd00:89:1::9"
        try lab.run("lab 1; ip -n c -\(family) route append default via \(other) dev eth0 proto static metric 200")
        let before = try lab.run("defaults \(family) c")
        try lab.run("cni ADD c eth0; cni CHECK c eth0 2>&1")
        #expect(try lab.run("defaults \(family) c") == before)
        try lab.run("cni ADD c eth0 '{\"defaultRoute\":{\"prefer\":[\"\(other)\"]}}'")
        // A preference is one of networks; which router of its own a network goes by is for its metrics to say.
        #expect(try lab.run("defaults \(family) c") == before)
        #expect(try lab.run("cni ADD c eth0 2>&1 >/dev/null; ours \(family) c") == "")
    }

    @Test func somebodysNamedNamespaceIsLeftAloneWhateverContainersWorkInIt() throws {
        let lab = try Lab()
        let id = String(repeating: "0123456789abcdef", count: 4)
        // An agent in a container of its own that has entered a router's namespace. Its file in /proc says so without a
        // cgroup being made.
        try lab.run(
            """
            host; network 1; network 2; container qrouter-1; attach qrouter-1 1 eth0 7; attach qrouter-1 2 eth1 7
            ip netns exec qrouter-1 sleep 600 </dev/null >/dev/null 2>&1 &
            echo "0::/docker/\(id)" >/run/cgroup; mount --bind /run/cgroup /proc/$!/cgroup
            """)
        let output = try lab.attempt("\"$programs/evenkeel\" apply --all")
        #expect(output.err.contains("left alone: /run/netns/qrouter-1"))
        #expect(try lab.run("defaults 4 qrouter-1 | wc -l") == "2")
        // Who only looks may look there, if it is asked for by the container's name.
        let doctor = "\"$programs/evenkeel\" doctor"
        let left = "left out: /run/netns/qrouter-1 (no container engine's, though 0123456789ab is in it; "
        #expect(try lab.attempt(doctor).out.contains(left))
        #expect(try lab.attempt("\(doctor) --container 01234567").out.contains("error: duplicate-default-route"))
        // As who says what is to be changed.
        try lab.run("\"$programs/evenkeel\" apply --container 01234567")
        #expect(try lab.run("defaults 4 qrouter-1 | wc -l") == "1")
    }

    @Test func aListenerThatLeftIsNoFailure() throws {
        let lab = try Lab()
        try lab.run("lab 2")
        // Standard error is a pipe that nobody reads any more.
        try lab.run(
            "hook_into_closed_pipe() { { sleep 0.2; hook c; echo $? >/run/status; } 2>&1 >/dev/null | :; }; hook_into_closed_pipe || :"
        )
        #expect(try lab.run("cat /run/status; defaults 4 c | wc -l") == "0\n1")
    }
}
