import Laboratory
import Testing

extension Engines {
    /// podman with `evenkeel-runtime` in place of the runtime, which acts when a container is started.
    @Suite struct RuntimeTests {
        @Test(arguments: ["runc", "crun"])
        func aContainerWithUsersOfItsOwnIsSafeAtItsFirstAction(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            let started = try host.attempt(
                "start c \(PodmanHost.wrapped) \(PodmanHost.withOwnUsers) --network n1,n2 -p 8080:80")
            #expect(started.status == 0, "\(started.err)")
            for moment in ["first", "again"] {
                let first = try host.firstAction(of: "c")
                #expect(first.defaultRoutes.count == 1, "started \(moment)")
                for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
                let routes6 = try host.defaultRoutes(of: "c", family: 6)
                #expect(routes6.count == 1, "started \(moment)")
                let losses = try host.losses(of: "c", probes: 5)
                #expect(losses == [], "started \(moment)")
                try host.run("podman stop -t 0 c; podman start c")
            }
        }

        /// The control, and what is said to whoever meets it.
        @Test(arguments: ["runc", "crun"])
        func theHookAloneComesTooEarlyForItAndSaysSo(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            try host.run(
                """
                start c \(PodmanHost.withOwnUsers) --network n1,n2 --annotation run.oci.hooks.stderr=/run/hook
                """)
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 2)
            // runc keeps to itself what a hook says that succeeds.
            guard runtime == "crun" else { return }
            #expect(try host.run("cat /run/hook").contains("it has no network yet, so nothing was done"))
        }

        @Test(arguments: ["runc", "crun"])
        func membersOfOneNetworkAreSafeTogether(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            try host.run(
                """
                podman pod create --name p --network n1,n2 -p 8080:80 --infra-command 'sleep 1000'
                with='\(PodmanHost.wrapped) localhost/busybox sh -c' quiet="${program%nc*}sleep 1000"
                podman run -d --name a --pod p $with "$program"
                podman run -d --name b --pod p $with "$quiet"
                podman run -d --name c --network n1,n2 $with "$quiet"
                podman run -d --name d --network container:c $with "$quiet"
                """)
            for member in ["a", "b", "c", "d"] {
                let first = try host.firstAction(of: member)
                #expect(first.defaultRoutes.count == 1, "\(member)")
                #expect(first.filters["eth0"] == "2" && first.filters["eth1"] == "2", "\(member)")
            }
            let losses = try host.losses(of: "a", probes: 5)
            #expect(losses == [])
            try host.run("podman rm -f -t 0 d; podman rm -f -t 0 c; podman pod rm -f -t 0 p")
            #expect(try host.run("podman ps -aq; ls /run/netns") == "far")
        }

        @Test(arguments: ["runc", "crun"])
        func severalThatStartAtOnceAreAllSafe(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            let names = (1...6).map { "c\($0)" }
            try host.run(
                """
                for name in \(names.joined(separator: " ")); do
                    start $name \(PodmanHost.wrapped) \(PodmanHost.withOwnUsers) --network n1,n2 &
                    jobs+=" $!"
                done
                for job in $jobs; do wait $job; done
                """)
            for name in names { #expect(try host.firstAction(of: name).defaultRoutes.count == 1, "\(name)") }
            #expect(try host.run("nft list table ip evenkeel | grep -c comment") == "3")
        }

        @Test(arguments: ["runc", "crun"])
        func networksThatAreNotTheContainersOwnAreLeftAlone(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            let state = "ip route; ip rule; grep . /proc/sys/net/ipv4/conf/*/rp_filter; nft list ruleset"
            let before = try host.run(state)
            let run = "podman run --rm \(PodmanHost.wrapped)"
            #expect(try host.run("\(run) --network host localhost/busybox ip route").contains("dev uplink"))
            #expect(try host.run(state) == before)
            let none = try host.attempt("\(run) --network none localhost/busybox ip route")
            #expect(none.status == 0 && none.out == "")
            // podman shows what a runtime says; that there is nothing to do is for the log alone.
            #expect(none.err == "")
            #expect(try host.run(state) == before)
        }

        /// Of a namespace that somebody else made, it is enough that the container runs in it.
        @Test func aNamespaceByItsPathIsMadeSafe() throws {
            let host = try PodmanHost(wrapping: "runc")
            try host.run(
                """
                ip netns add own
                for n in 1 2; do
                    ip link add own$n type veth peer name eth$n netns own
                    ip -n own addr add 10.90.$n.2/24 dev eth$n
                    ip link set own$n up
                    ip -n own link set eth$n up
                    ip -n own route append default via 10.90.$n.1 dev eth$n metric 100
                done
                start c \(PodmanHost.wrapped) --network ns:/run/netns/own
                """)
            let first = try host.firstAction(of: "c")
            #expect(first.defaultRoutes.count == 1)
            #expect(first.filters["eth1"] == "2" && first.filters["eth2"] == "2")
        }

        /// It keeps its states where the first does, and podman does not say where that is.
        @Test(arguments: ["runc", "crun"])
        func aCopyOfTheRuntimeUnderAnotherNameIsFollowed(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            try host.run(
                """
                cp "$(command -v \(runtime))" /usr/local/bin/mine
                ln -s \(PodmanHost.wrapper) /usr/local/bin/evenkeel-mine
                sed -i 's|^evenkeel = .*|evenkeel = ["/usr/local/bin/evenkeel-mine"]|' /etc/containers/containers.conf
                start c \(PodmanHost.wrapped) \(PodmanHost.withOwnUsers) --network n1,n2
                """)
            #expect(try host.firstAction(of: "c").defaultRoutes.count == 1)
        }

        @Test(arguments: ["runc", "crun"])
        func whatElsePodmanAsksOfTheRuntimeItGets(runtime: String) throws {
            let host = try PodmanHost(wrapping: runtime)
            try host.run("start c \(PodmanHost.wrapped) --network n1,n2")
            #expect(try host.run("podman inspect -f '{{.OCIRuntime}}' c") == "evenkeel")
            #expect(try host.attempt("podman exec c sh -c 'exit 7'").status == 7)
            #expect(try host.run("podman exec c cat /proc/1/comm") == "nc")
            try host.run("podman pause c")
            #expect(try host.run("podman inspect -f '{{.State.Status}}' c") == "paused")
            try host.run("podman unpause c")
            try host.run("podman kill -s KILL c")
            #expect(try host.run("podman wait c") == "137")
            try host.run("podman rm c")
            let run = "podman run --rm \(PodmanHost.wrapped)"
            #expect(try host.attempt("\(run) localhost/busybox sh -c 'exit 5'").status == 5)
            let echoed = try host.run("echo hello | \(run) -i localhost/busybox cat")
            #expect(echoed == "hello")
            let missing = try host.attempt("\(run) localhost/busybox no-such-program")
            // Which of the runtime's words podman adds to its own differs.
            #expect(missing.status == 127 && missing.err.contains("a command that was not found"))
            #expect(try host.run("podman ps -aq; ls /run/netns") == "far")
        }
    }
}
