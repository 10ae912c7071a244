import Foundation
import Laboratory
import Testing

extension Engines {
    /// Docker has no setting for hooks: the wrapper is its runtime.
    @Suite(.enabled(if: DockerHost.isInstalled, "needs Docker"))
    struct DockerTests {
        @Test func aContainerThatIsConnectedBeforeItsStartIsSafeAtItsFirstAction() throws {
            let host = try DockerHost()
            try host.run("create web --runtime evenkeel --network d1 -p 8080:80; docker network connect d2 web")
            try host.run("docker start web")
            try expectSafe(host, "web")
            // This Docker translates no IPv6, so there is nothing to look after.
            let table = try host.run("nft list table ip evenkeel")
            #expect(table.contains("hook input") && table.contains("ct state invalid"))
            #expect(table.contains("\"docker1\"") && table.contains("\"docker2\""))
            try host.run("docker restart -t 0 web")
            try expectSafe(host, "web")
            // Another in the same network, and one in the host's, which is left alone.
            try host.run(
                "docker run -d --name member --runtime evenkeel --network container:web localhost/busybox sleep 1000")
            let state = "ip route; ip rule; grep . /proc/sys/net/ipv4/conf/*/rp_filter; nft list table ip evenkeel"
            let before = try host.run(state)
            try host.run("docker run --rm --runtime evenkeel --network host localhost/busybox ip route")
            #expect(try host.run(state) == before)
            try expectSafe(host, "web")
        }

        /// From the command line, and by Compose where it is installed.
        @Test(.enabled(if: DockerHost.version >= 24, "needs a Docker with annotations, 24 or later"))
        func annotationsReachTheWrapper() throws {
            let host = try DockerHost()
            let compose = """
                services:
                  composed:
                    image: localhost/busybox
                    container_name: composed
                    command: sleep 1000
                    runtime: evenkeel
                    networks: [d1]
                    annotations: { dev.evenkeel.rp-filter: keep }
                networks: { d1: { external: true } }
                """
            let said = try host.run(
                """
                run() { docker run -d --name "$1" --runtime evenkeel --network d1 "${@:2}" localhost/busybox sleep 1000 >/dev/null; }
                filter() { inside "$1" cat /proc/sys/net/ipv4/conf/eth0/rp_filter; }
                run plain; run kept --annotation dev.evenkeel.rp-filter=keep
                echo "$(filter plain) $(filter kept)"
                if docker compose version >/dev/null 2>&1; then
                    cat >/root/compose.yaml <<'END'
                \(compose)
                END
                    docker compose -f /root/compose.yaml up -d >/dev/null 2>&1; filter composed
                else echo "no Compose"; fi
                """
            ).split(separator: "\n")
            #expect(said == ["2 0", "0"] || said == ["2 0", "no Compose"], "\(said)")
        }

        /// The control.
        @Test func withoutTheWrapperItFiltersStrictlyAndLosesWhatItsSecondAddressSends() throws {
            let host = try DockerHost()
            try host.run("create web --network d1; docker network connect d2 web; docker start web")
            #expect(try host.firstAction(of: "web")?.filters["eth1"] != "2")
            #expect(try host.run("probes=3; pings web 4").contains("IPv4 ping from 10.88.2.2: 3 of 3 lost"))
            #expect(try host.attempt("nft list table ip evenkeel").status != 0)
        }

        @Test func whatElseDockerAsksOfTheRuntimeItGets() throws {
            let host = try DockerHost(settings: #""default-runtime": "evenkeel","#)
            #expect(try host.run("docker info -f '{{.DefaultRuntime}}' 2>/dev/null") == "evenkeel")
            try host.run("create web --network d1; docker start web")
            #expect(try host.firstAction(of: "web")?.filters["eth0"] == "2")
            #expect(try host.attempt("docker exec web sh -c 'exit 7'").status == 7)
            #expect(try host.run("docker top web -o pid,comm").contains("nc"))
            #expect(try host.run("docker stats --no-stream --format '{{.Name}} {{.PIDs}}' web") == "web 1")
            try host.run("docker pause web")
            #expect(try host.run("docker inspect -f '{{.State.Status}}' web") == "paused")
            try host.run("docker unpause web; docker update --pids-limit 50 web; docker kill web")
            #expect(try host.run("docker wait web") == "137")
            try host.run("docker rm web")
            #expect(try host.attempt("docker run --rm localhost/busybox sh -c 'exit 5'").status == 5)
            #expect(try host.run("echo hello | docker run --rm -i localhost/busybox cat") == "hello")
            #expect(try host.run("docker ps -aq") == "")
        }

        /// Without the program it would start nothing any more, and a reload does not make it forget its default.
        @Test(arguments: [true, false]) func uninstallingAsksTheDockerThatRuns(hasDefault: Bool) throws {
            let host = try DockerHost(settings: hasDefault ? #""default-runtime": "evenkeel","# : "")
            let file = "/install/engines/dependents.sh"
            try host.install(
                String(contentsOfFile: Shell.packageFolder + file, encoding: .utf8), as: "/root/dependents.sh")
            let said = try host.run(
                """
                jq 'del(."default-runtime")' /etc/docker/daemon.json >/root/daemon.json
                cp /root/daemon.json /etc/docker/daemon.json; kill -HUP $(cat /run/docker.pid)
                (. /root/dependents.sh; dockerd_runs_by_us && echo refused || echo removed)
                """)
            #expect(said == (hasDefault ? "refused" : "removed"))
        }

        @Test func dockersErrorSaysWhyAContainerMayNotStart() throws {
            let host = try DockerHost()
            try host.run(
                "mkdir /etc/evenkeel; echo '{\"onError\": \"fail\", \"rpFilter\": \"x\"}' >/etc/evenkeel/policy.json")
            let run = "docker run --rm --runtime evenkeel localhost/busybox ip route"
            let broken = try host.attempt(run)
            #expect(broken.status == 125)
            #expect(
                broken.err.contains(#"/etc/evenkeel/policy.json: rpFilter is "x"; allowed: "loose", "relax", "keep""#))
            // A table with an owner can be changed by nobody else.
            try host.run(
                """
                (echo 'add table ip evenkeel { flags owner; }'; exec sleep 1000) | nft -i >/dev/null 2>&1 &
                for _ in {1..100}; do ! nft list table ip evenkeel >/dev/null 2>&1 || break; sleep 0.1; done
                """)
            try host.run("echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
            let failed = try host.attempt(run)
            #expect(failed.status == 125)
            #expect(failed.err.contains("table ip evenkeel") && failed.err.contains("EPERM"))
            try host.run("echo '{\"onError\": \"warn\"}' >/etc/evenkeel/policy.json")
            #expect(try host.attempt(run).status == 0)
            try host.run("echo '{\"runtime\": \"no-such-runtime\"}' >/etc/evenkeel/runtime.json")
            let missing = try host.attempt(run)
            #expect(missing.err.contains("evenkeel-runtime: there is no no-such-runtime in "))
        }

        private func expectSafe(_ host: DockerHost, _ container: String) throws {
            let first = try #require(try host.firstAction(of: container))
            #expect(first.defaultRoutes.count == 1)
            for interface in ["eth0", "eth1", "default"] { #expect(first.filters[interface] == "2") }
            #expect(try host.run("inside \(container) ip -6 route show default | wc -l") == "1")
            #expect(try host.run("probes=5; pings \(container) 4") == "")
            #expect(try host.attempt("greeted 198.51.100.1").status == 0)
        }
    }
}
