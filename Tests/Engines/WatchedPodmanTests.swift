import Laboratory
import Testing

extension Engines {
    /// podman changes the networks of running containers, of which no hook and no plugin hears.
    @Suite struct WatchedPodmanTests {
        @Test(arguments: [true, false])
        func containersOfNetavarkStaySafe(isGuarded: Bool) throws {
            let host = try PodmanHost(isGuarded: isGuarded)
            try host.run(Watched.start)
            try host.run("start c --network n1; changes c; renewals c; podman rm -f -t 0 c")
            // With users of its own a container gets its networks after the hooks. podman 4 cleans it up twice at once after a
            // restart, and then says that it could not remove it.
            try host.run(
                "start u --network n1 \(PodmanHost.withOwnUsers); changes u; renewals u; podman rm -f -t 0 u || :")
            try host.run(
                """
                podman pod create --name p --network n1 --infra-command 'sleep 1000'
                join a p 'sleep 1000'; join b p 'sleep 1000'
                changes a $(podman pod inspect -f '{{.InfraContainerID}}' p); safe b
                podman pod rm -f -t 0 p
                """)
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// No interface of the host's ends in it, so the kernel tells nothing of it unless it is given an id.
        @Test(arguments: [true, false])
        func aContainerOnMacvlansStaysSafe(isGuarded: Bool) throws {
            let host = try PodmanHost(isGuarded: isGuarded)
            try host.run(Watched.start + "two_macvlans")
            let said = try host.run(
                """
                podman run -d --name c --network m1,m2 localhost/busybox sleep 1000 >/dev/null
                safe c; gateway c
                podman network disconnect m1 c; safe c; gateway c
                podman network connect m1 c; renewals c; gateway c
                """)
            #expect(said == "10.86.1.1\n10.86.2.1\n10.86.1.1")
            #expect(try host.run("status .idsAssigned") != "0")
            let verdict = try host.run("podman rm -f -t 0 c >/dev/null; verdict")
            #expect(verdict == "")
        }

        @Test(.enabled(if: Podman.version == 4, "needs podman 4"), arguments: [true, false])
        func containersOfCNIStaySafe(isGuarded: Bool) throws {
            let host = try PodmanHost(.cni, isGuarded: isGuarded)
            try host.run(Watched.start)
            try host.run("start c --network n1; changes c; renewals c; podman rm -f -t 0 c")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// What a container wished when it was started holds for what comes later, too.
        @Test func aContainersWishesHold() throws {
            let host = try PodmanHost()
            // podman 4 splits annotations at commas. netavark, as later ones have it, makes the filters of its interfaces loose.
            let (policy, strict) =
                Podman.version == 4
                ? (#"'"evenkeel.policy={""defaultRoute"": {""mode"": ""keep""}}"'"#, "default eth0 eth1")
                : (#"'evenkeel.policy={"defaultRoute": {"mode": "keep"}}'"#, "default")
            try host.run(Watched.start)
            try host.run(
                """
                start alone --network n1 --annotation evenkeel.skip=true
                start keep --network n1 --annotation \(policy)
                for name in alone keep; do podman network connect n2 $name; done
                """)
            for moment in ["connected", "restarted"] {
                let seen = try host.lines(
                    """
                    eventually '[[ -z $(strict keep) ]]'; quiet
                    for name in alone keep; do
                        inside $name ip route show default | wc -l
                        strict $name | xargs
                    done
                    status '.namespaces | {kept, left}'
                    """)
                #expect(seen == ["2", strict, "2", #"{"kept":1,"left":1}"#], "\(moment)")
                try host.run("podman restart -t 0 alone keep")
            }
            let verdict = try host.run("podman rm -fa -t 0 >/dev/null; verdict")
            #expect(verdict == "")
        }
    }
}
