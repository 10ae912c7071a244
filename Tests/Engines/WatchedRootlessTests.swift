import Laboratory
import Testing

extension Engines {
    /// podman of an ordinary user mounts namespaces where the host does not see them, and no interface of the host's ends in them.
    @Suite struct WatchedRootlessTests {
        @Test(arguments: [true, false])
        func aUsersContainersStaySafe(isGuarded: Bool) throws {
            let host = try RootlessHost()
            if !isGuarded { try host.run("rm \(HostScript.hooks)/evenkeel.json") }
            try host.run(Watched.start)
            try host.runAsUser("start c --network r1")
            try expectSafe(host, "c", by: "10.87.1.1")
            for (change, gateway) in [
                ("network reload c", "10.87.1.1"), ("network connect r2 c", "10.87.1.1"),
                ("network disconnect r1 c", "10.87.2.1"), ("network connect r1 c", "10.87.1.1"),
                ("restart -t 0 c", "10.87.1.1"),
            ] {
                try host.runAsUser("podman \(change)")
                try expectSafe(host, "c", by: gateway)
            }
            // The folder of the first one's namespace was new, and that of this one is not.
            try host.runAsUser("start later --network r1")
            try expectSafe(host, "later", by: "10.87.1.1")
            try host.runAsUser("podman network connect r2 later")
            try expectSafe(host, "later", by: "10.87.1.1")
            #expect(try #require(Int(host.run("status .idsAssigned"))) >= 2)
            try host.runAsUser("podman rm -fa -t 0")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        @Test(arguments: RootlessHost.Carrier.known)
        func aContainerBehindACarrierIsKept(carrier: RootlessHost.Carrier) throws {
            let host = try RootlessHost()
            try host.run("ip route add default via \(RootlessHost.Carrier.pasta.gateway)\n" + Watched.start)
            try host.runAsUser("start c --network \(carrier)")
            try expectSafe(host, "c", by: carrier.gateway)
            #expect(try host.run("eventually '(($(status .namespaces.kept) == 1))'; status .namespaces.kept") == "1")
            try host.runAsUser("podman rm -fa -t 0")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// Of a file that is in the user's new folder by the time that the folder is watched nothing is heard, nor of the process.
        @Test func aContainerThatIsFasterThanTheWatcherIsFound() throws {
            let host = try RootlessHost()
            try host.run(
                """
                printf '#!/bin/sh\\ncase " $* " in *" create "*) sleep 3 ;; esac\\nexec crun "$@"\\n' >/usr/local/bin/slow
                chmod 755 /usr/local/bin/slow
                rm -rf /run/user/*/netns
                \(Watched.start)sleep 1
                kill -STOP $watcher
                (until ls /run/user/*/netns/netns-* >/dev/null 2>&1; do sleep 0.05; done; kill -CONT $watcher) \\
                    </dev/null >/dev/null 2>&1 &
                """)
            let carrier = RootlessHost.Carrier.known[0]
            try host.run("ip route add default via \(RootlessHost.Carrier.pasta.gateway)")
            try host.runAsUser("start c --runtime /usr/local/bin/slow --network \(carrier)")
            #expect(try host.run("eventually '(($(status .namespaces.kept) == 1))'; status .namespaces.kept") == "1")
        }

        private func expectSafe(_ host: RootlessHost, _ name: String, by gateway: String) throws {
            let pid = try host.runAsUser("process \(name)")
            // The gateway of a network that is new may not answer at once, and until it does the other network is used.
            let seen = try host.run(
                """
                at=/proc/\(pid)/ns/net; safe $at
                eventually '[[ $(gateway $at) == \(gateway) ]]'; safe $at; gateway $at
                """)
            #expect(seen == gateway)
        }
    }
}
