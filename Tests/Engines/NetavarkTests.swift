import Laboratory
import Testing

extension Engines {
    /// podman with netavark: the OCI hook makes a container safe as it is created.
    @Suite struct NetavarkTests {
        @Test(arguments: ["runc", "crun"])
        func aContainerOnTwoNetworksIsSafeAtItsFirstAction(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run("start c --network n1,n2 -p 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            #expect(first.rules.contains { $0.contains("suppress_prefixlength 0") })
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            let routes6 = try host.defaultRoutes(of: "c", family: 6)
            #expect(routes6.count == 1)
            let losses = try host.losses(of: "c")
            #expect(losses == [])
        }

        /// The control: without it the test above would prove nothing.
        @Test func withoutTheHookItHasTwoDefaultRoutesAndLoses() throws {
            let host = try PodmanHost(isGuarded: false)
            try host.run("start c --network n1,n2 -p 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 2)
            // Since 1.11 netavark itself makes the filters of its interfaces loose.
            #expect(first.filters["default"] == "0")
            #expect(try host.defaultRoutes(of: "c", family: 6).joined().contains("nexthop"))
            #expect(try host.attempt("nft list table ip evenkeel").status != 0)
            let losses = try host.run("probes=4; pings c 4; ports c; probes=16; pings c 6")
            // Where the container's filters are loose, what is sent from no address comes back to the one it got.
            let unbound = Podman.version == 4 ? ["IPv4 ping from any: "] : []
            for row in unbound + ["IPv4 ping from 10", "IPv6 ping from fd", "IPv4 published port: "] {
                #expect(losses.contains(row), "\(row) lost nothing:\n\(losses)")
            }
        }

        @Test(arguments: ["ip", "ip6"])
        func theHostDropsInvalidSegmentsOfBothNetworks(family: String) throws {
            let host = try PodmanHost()
            try host.run("start c --network n1,n2")
            let input = try host.run("nft list chain \(family) evenkeel input")
            #expect(input.contains("hook input") && input.contains("ct state invalid update @misjudged {"))
            // Later releases of nft spell it so.
            let forward = try host.run("nft list chain \(family) evenkeel forward")
                .replacing("iif check exists", with: "iif oif exists")
            #expect(
                forward.contains(
                    "iifname @containers oifname != @containers tcp flags ! syn,rst ct state invalid fib saddr . iif oif exists"
                ))
            let elements = "jq -r '[.nftables[].set.elem // empty] | flatten | sort | join(\" \")'"
            #expect(try host.run("nft -j list set \(family) evenkeel containers | \(elements)") == "podman1 podman2")
        }

        @Test func aContainerOnOneNetworkGetsNoRules() throws {
            let host = try PodmanHost()
            try host.run("start c --network n1 -p 8080:80")
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            #expect(first.filters["eth0"] == "2")
            #expect(try !host.run("inside c ip rule; inside c ip -6 rule").contains("proto 69"))
            // Its mark alone.
            let routes = try host.run("inside c ip route show table all proto 69").split(separator: "\n")
            #expect(routes.count == 1 && routes[0].hasPrefix("blackhole default table 17738997 metric 1"))
            let losses = try host.losses(of: "c")
            #expect(losses == [])
        }
    }
}
