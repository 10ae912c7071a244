import Laboratory
import Testing

extension Engines {
    /// Docker without the wrapper: nothing but the watcher makes its containers safe.
    @Suite(.enabled(if: DockerHost.isInstalled, "needs Docker"))
    struct WatchedDockerTests {
        /// What `guarded` says of these bridges. Since 27 Docker translates IPv6, too.
        private static func guarded(_ bridges: Int...) -> String {
            (DockerHost.version < 27 ? ["ip"] : ["ip", "ip6"])
                .flatMap { family in bridges.map { "\(family) docker\($0)\n" } }.joined()
        }

        /// Docker moves the default to the other network by itself.
        @Test func aContainerStaysSafeWhateverIsConnected() throws {
            let host = try DockerHost()
            try host.run(Watched.start)
            let said = try host.run(
                """
                create web --network d1; docker start web >/dev/null
                safe web; guarded; eventually '[[ $(status .docker.connected) == true ]]'
                docker network connect d2 web; safe web; guarded; gateway web
                docker network disconnect d1 web; safe web; gateway web
                docker network connect d1 web; safe web
                docker restart -t 0 web >/dev/null; safe web; gateway web
                docker rm -f web >/dev/null
                """)
            #expect(said == Self.guarded(1) + Self.guarded(1, 2) + "10.88.1.1\n10.88.2.1\n10.88.1.1")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// Docker 28 attaches a container after the hooks, and before its process.
        @Test func networksAfterTheHookAreSafeBeforeTheProcess() throws {
            let host = try DockerHost()
            try host.run(Watched.start)
            let said = try host.run("late_networks; gateway /run/docker/netns/0123456789ab; guarded")
            #expect(said + "\n" == "10.88.1.1\n" + Self.guarded(1, 2))
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }
    }
}
