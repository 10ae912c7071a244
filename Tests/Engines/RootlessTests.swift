import Laboratory
import Testing

extension Engines {
    /// podman of an ordinary user: the hook is root only in the user's own namespace.
    @Suite struct RootlessTests {
        @Test func aContainerOnTwoNetworksIsSafeAndTheHostIsAsItWas() throws {
            let host = try RootlessHost()
            let state = "ip route; ip rule; grep . /proc/sys/net/ipv4/conf/*/rp_filter; nft list ruleset"
            let before = try host.run(state)
            try host.runAsUser("start c --network r1,r2 --annotation run.oci.hooks.stderr=/home/sailor/hook")
            let first = try #require(FirstAction(try host.runAsUser("first_action c")))
            #expect(first.defaultRoutes.count == 1)
            #expect(first.rules.contains { $0.contains("suppress_prefixlength 0") })
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            #expect(try host.run(state) == before)
            // Where podman translates its addresses.
            for family in ["ip", "ip6"] {
                let table = try host.runAsUser("podman unshare --rootless-netns nft list table \(family) evenkeel")
                #expect(table.contains("hook input") && table.contains("ct state invalid"))
                #expect(table.contains("\"podman1\"") && table.contains("\"podman2\""))
            }
            #expect(try !host.run("cat /home/sailor/hook").contains("rootless: "))
        }

        /// With users of its own its networks come after the hooks, here as elsewhere.
        @Test func theWrapperMakesWhatComesLateSafe() throws {
            let host = try RootlessHost()
            try host.run(
                """
                ln -s \(PodmanHost.wrapper) /usr/local/bin/evenkeel-crun
                printf '[engine.runtimes]\\nevenkeel = ["/usr/local/bin/evenkeel-crun"]\\n' >>/etc/containers/containers.conf
                """)
            for runtime in ["crun", "evenkeel"] {
                try host.runAsUser("start \(runtime) --runtime \(runtime) --uidmap 0:1:5000 --network r1,r2")
                let first = try #require(FirstAction(try host.runAsUser("first_action \(runtime)")))
                #expect(first.defaultRoutes.count == (runtime == "crun" ? 2 : 1))
            }
            let table = try host.runAsUser("podman unshare --rootless-netns nft list table ip evenkeel")
            #expect(table.contains("\"podman1\"") && table.contains("\"podman2\""))
        }

        @Test(arguments: RootlessHost.Carrier.known)
        func withACarrierItSaysWhatIsLeftOut(carrier: RootlessHost.Carrier) throws {
            let host = try RootlessHost()
            try host.run("ip route add default via \(RootlessHost.Carrier.pasta.gateway)")
            let before = try host.run("nft list ruleset")
            try host.runAsUser("start c --network \(carrier) --annotation run.oci.hooks.stderr=/home/sailor/hook")
            let first = try #require(FirstAction(try host.runAsUser("first_action c")))
            #expect(first.filters[carrier.interface] == "2")
            #expect(try host.run("nft list ruleset") == before)
            let said = try host.run("cat /home/sailor/hook")
            #expect(said.contains("INVALID segments are not looked after"))
            #expect(said.contains("slirp4netns and pasta, which translate by themselves, nothing is missing"))
        }

        @Test func whatAUserWroteWronglyKeepsTheContainerFromStartingIfTheUserSaysSo() throws {
            let host = try RootlessHost()
            let status = try host.runAsUser(
                """
                start c --network r1,r2 --annotation evenkeel.skip=yes --annotation dev.evenkeel.on-error=fail \
                    --annotation run.oci.hooks.stderr=/home/sailor/hook >/dev/null 2>&1 && echo 0 || echo $?
                """)
            #expect(status != "0")
            #expect(try host.run("cat /home/sailor/hook").contains("annotation evenkeel.skip is \"yes\""))
        }
    }
}
