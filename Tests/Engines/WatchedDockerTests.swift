import Laboratory
import Testing

extension Engines {
    /// Docker without the wrapper: nothing but the watcher makes its containers safe.
    @Suite(.enabled(if: DockerHost.isInstalled, "needs Docker"))
    struct WatchedDockerTests {
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
            #expect(said == "ip docker1\nip docker1\nip docker2\n10.88.1.1\n10.88.2.1\n10.88.1.1")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// Docker 28 attaches a container after the hooks, and before its process.
        @Test func networksAfterTheHookAreSafeBeforeTheProcess() throws {
            let host = try DockerHost()
            try host.run(Watched.start)
            let said = try host.run("late_networks; gateway /run/docker/netns/0123456789ab; guarded")
            #expect(said == "10.88.1.1\nip docker1\nip docker2")
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }
    }
}
