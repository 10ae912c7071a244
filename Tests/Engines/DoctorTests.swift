import Laboratory
import Testing

@testable import Diagnosis

extension Engines {
    /// `evenkeel doctor` on hosts with real containers: it calls them by their names, and is silent where all is well.
    @Suite struct DoctorTests {
        private static let summary = """
            jq -r '.verdict, (.findings[] | "\\(.id) \\(.severity)"),
                (.looked.containers[] | "\\(.engine) \\([.containers[].name] | join(" "))")'
            """

        @Test func podmansContainersHaveTheirNamesAndAreHealthyBehindTheHook() throws {
            let host = try PodmanHost()
            try host.run(
                """
                start web --network n1,n2
                podman pod create --name shop --network n1 >/dev/null; join cart shop 'sleep 1000'
                podman run -d --name own --network host localhost/busybox sleep 1000 >/dev/null
                podman run -d --name alone --network none localhost/busybox sleep 1000 >/dev/null
                """)
            let answer = try host.run("evenkeel doctor --json")
            let said = try host.sandbox.run(Self.summary, input: answer).text.split(separator: "\n").map(String.init)
            #expect(said.first == "healthy" && said.allSatisfy { $0.hasPrefix("podman") || $0 == "healthy" }, "\(said)")
            #expect(said.contains("podman web") && said.contains("podman alone"))
            #expect(said.contains { $0.hasSuffix("-infra cart") } && said.count == 4, "\(said)")
            #expect(
                try host.run("evenkeel doctor --container web").hasPrefix("healthy: nothing wrong with the host and 1 ")
            )
            let id = try host.run("podman inspect -f '{{.Id}}' web")
            #expect(try host.attempt("evenkeel doctor --container \(id.prefix(6))").status == 0)
        }

        @Test func withoutTheHookTheDoctorFindsWhatTheHookWouldMend() throws {
            let host = try PodmanHost(isGuarded: false)
            try host.run("sysctl -qw net.ipv4.conf.all.rp_filter=0; start web --network n1,n2")
            let output = try host.attempt("evenkeel doctor --container web")
            #expect(output.status == 1)
            for part in ["web (podman, /run/netns/netns-", ": duplicate-default-route", ": default-route-multipath-v6"]
            {
                #expect(output.out.contains(part), "\(output.out)")
            }
            try host.run("evenkeel apply --all >/dev/null")
            #expect(try host.attempt("evenkeel doctor").status == 0)
        }

        /// With the engine's own rules, as they are and as somebody's firewall leaves them.
        @Test(arguments: PodmanHost.Backend.known) func podmansTranslationIsFoundGoneAndBroughtBack(
            backend: PodmanHost.Backend
        ) throws {
            let host = try PodmanHost(backend)
            try host.run("start web --network n1,n2")
            let ids = "evenkeel doctor --json | jq -r '.findings[].id' | xargs || :"
            #expect(try !host.run(ids).contains("engine-nat-gone"))
            try host.run(
                "iptables -t nat -F; ! nft list table inet netavark >/dev/null 2>&1 || nft delete table inet netavark")
            #expect(try host.run(ids).contains("engine-nat-gone"))
            let remedy = ".findings[] | select(.id == \"engine-nat-gone\").remedy"
            #expect(
                try host.run("evenkeel doctor --json | jq -r '\(remedy)' | sort -u || :")
                    == "sudo podman network reload --all")
            try host.run("podman network reload --all >/dev/null")
            #expect(try !host.run(ids).contains("engine-nat-gone"))
        }

        @Test(.enabled(if: DockerHost.isInstalled, "needs Docker"))
        func dockersTranslationIsFoundGone() throws {
            let host = try DockerHost()
            try host.run("create web --network d1; docker start web")
            let ids = "evenkeel doctor --json | jq -r '.findings[].id' | xargs || :"
            #expect(try !host.run(ids).contains("engine-nat-gone"))
            try host.run("iptables -t nat -F")
            #expect(try host.run(ids).contains("engine-nat-gone"))
        }

        /// Known by its process and by its namespace's mount, neither of which others may look into.
        @Test func anOrdinaryUserIsToldOfEachContainerOnce() throws {
            let host = try PodmanHost()
            try host.run("start web --network n1")
            let said = try host.attempt("setpriv --reuid=65534 --regid=65534 --clear-groups evenkeel doctor")
            #expect(said.status == 2)
            #expect(
                said.out.hasPrefix("could not look at all of the host and 1 container (see the end); "), "\(said.out)")
            let named = try host.attempt(
                "setpriv --reuid=65534 --regid=65534 --clear-groups evenkeel doctor --container web")
            #expect(named.status == 2 && named.err.contains("run it as root"), "\(named.err)")
        }

        @Test(.enabled(if: DockerHost.isInstalled, "needs Docker"))
        func dockersContainersHaveTheirNamesAndAreHealthy() throws {
            let host = try DockerHost()
            // Of a container on one network there is nothing to find; what the host does without Evenkeel, there is.
            try host.run("create plain --network d1; docker start plain")
            let plain = try host.run("evenkeel doctor --json || :")
            #expect(
                try host.run("\(Self.summary) <<'EOF'\n\(plain)\nEOF")
                    == "findings\ninvalid-not-dropped-input warning\nDocker plain")
            try host.run("docker rm -f plain >/dev/null")
            try host.run("create web --runtime evenkeel --network d1; docker network connect d2 web; docker start web")
            let answer = try host.run("evenkeel doctor --json")
            #expect(try host.run("\(Self.summary) <<'EOF'\n\(answer)\nEOF") == "healthy\nDocker web")
        }

        @Test(.enabled(if: DockerHost.isInstalled, "needs Docker"))
        func dockersDaemonTellsItsVersion() throws {
            let host = try DockerHost()
            let daemon = try #require(DockerDaemon.observe(try host.root + "/run/docker.sock"))
            #expect(try host.run("docker version -f '{{.Server.Version}}'").hasPrefix("\(daemon.majorVersion)."))
            #expect(daemon.defaultRuntime == "runc")
        }

        @Test(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
        func podsOfTheCRIHaveTheirNames() throws {
            let host = try ContainerdHost()
            try host.run("start c")
            let answer = try host.attempt("evenkeel doctor --json").out
            let said = try host.run("\(Self.summary) <<'EOF'\n\(answer)\nEOF")
            #expect(said == "healthy\ncontainerd default/c default/c/c", "\(said)")
        }

        /// Its ids are what its client says, so control groups do not tell them.
        @Test(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
        func containersOfContainerdsOwnClientAreFoundByTheirTasks() throws {
            let host = try ContainerdHost()
            try host.run("ctr run -d --cni localhost/busybox:latest web /bin/sleep 1000 >/dev/null")
            let answer = try host.attempt("evenkeel doctor --container web --json").out
            let said = try host.run("jq -r '.looked.containers[].containers[] | .id, .engine' <<'EOF'\n\(answer)\nEOF")
            #expect(said == "web\ncontainerd", "\(said)")
        }

        /// Seen from the host's root by its processes alone: its mounts are in a namespace of the user's.
        @Test func rootlessContainersHaveTheirNames() throws {
            let host = try RootlessHost()
            try host.runAsUser("start c --network r1,r2")
            let answer = try host.run("evenkeel doctor --json || :")
            let said = try host.run("\(Self.summary) <<'EOF'\n\(answer)\nEOF")
            #expect(said == "healthy\npodman c", "\(said)")
            let asUser = try host.runAsUser("evenkeel doctor --json || :")
            let missed = try host.run("jq -r '.verdict, .missed[].what' <<'EOF'\n\(asUser)\nEOF")
            #expect(missed.hasPrefix("unknown\n") && missed.contains("c"), "\(missed)")
            let inside = try host.runAsUser("podman unshare --rootless-netns evenkeel doctor --container c")
            #expect(inside.hasPrefix("healthy: nothing wrong with the host and 1 container"), "\(inside)")
        }
    }
}
