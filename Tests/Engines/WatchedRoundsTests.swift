import Laboratory
import Testing

extension Engines {
    /// What engines do goes on as if there were no watcher, however quickly one thing follows the other.
    @Suite struct WatchedRoundsTests {
        @Test func nothingThatPodmanDoesFails() throws {
            let host = try PodmanHost()
            try host.run(Watched.start)
            try host.run(
                """
                for _ in {1..\(Watched.rounds)}; do
                    start c --network n1
                    podman network connect n2 c
                    podman network disconnect n1 c
                    podman network connect n1 c
                    podman network reload c
                    podman restart -t 0 c
                    podman rm -f -t 0 c
                done
                """)
            #expect(try host.run("verdict") == "")
        }

        @Test(.enabled(if: DockerHost.isInstalled, "needs Docker"))
        func nothingThatDockerDoesFails() throws {
            let host = try DockerHost()
            try host.run(Watched.start)
            try host.run(
                """
                for _ in {1..\(Watched.rounds)}; do
                    create web --network d1
                    docker start web
                    docker network connect d2 web
                    docker network disconnect d1 web
                    docker network connect d1 web
                    docker restart -t 0 web
                    docker rm -f web
                done
                """)
            #expect(try host.run("verdict") == "")
        }

        @Test func nothingIsLostWhileAnotherNetworkComesAndGoes() throws {
            let host = try PodmanHost()
            try host.run(Watched.start)
            let lost = try host.run(
                """
                start c --network n1; safe c; flood c
                for _ in {1..20}; do
                    podman network connect n2 c
                    podman network disconnect n2 c
                done
                lost
                """)
            #expect(lost == "0")
            #expect(try host.run("verdict") == "")
        }

        /// Of a network that goes, no more is lost than passes between its end and the next look.
        @Test func theOtherNetworkTakesOverAtOnce() throws {
            let host = try PodmanHost()
            try host.run(Watched.start)
            let lost = try host.run(
                """
                start c --network n1,n2; safe c; flood c
                podman network disconnect n1 c; safe c
                lost
                """)
            #expect(try #require(Int(lost)) <= 20)
            #expect(try host.run("verdict") == "")
        }
    }
}
