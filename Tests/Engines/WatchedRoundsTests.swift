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
            let verdict = try host.run("verdict")
            #expect(verdict == "")
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
            let verdict = try host.run("verdict")
            #expect(verdict == "")
        }

        /// netavark puts a new default before the one that is there. Until the watcher has seen it, which takes less than a
        /// millisecond, packets leave by the new network. Without a watcher several hundred are lost.
        @Test func hardlyAPacketIsLostWhileAnotherNetworkComesAndGoes() throws {
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
            #expect(try #require(Int(lost)) < 20)
            let verdict = try host.run("podman rm -f -t 0 c >/dev/null; verdict")
            #expect(verdict == "")
        }

        @Test func nothingIsLostWhileANetworkWithoutADefaultComesAndGoes() throws {
            let host = try PodmanHost()
            try host.run(Watched.start)
            let lost = try host.run(
                """
                podman network create --internal --subnet 10.89.9.0/24 inner >/dev/null
                start c --network n1; safe c; flood c
                for _ in {1..20}; do
                    podman network connect inner c
                    podman network disconnect inner c
                done
                lost
                """)
            #expect(lost == "0")
            let verdict = try host.run("podman rm -f -t 0 c >/dev/null; verdict")
            #expect(verdict == "")
        }

        /// No more is lost than leaves between the end of a network and the next look.
        @Test func theOtherNetworkTakesOverAtOnce() throws {
            let host = try PodmanHost()
            try host.run(Watched.start)
            let lost = try host.run(
                """
                start c --network n1,n2; safe c; flood c
                podman network disconnect n1 c; safe c
                lost
                """)
            #expect(try #require(Int(lost)) < 20)
            let verdict = try host.run("podman rm -f -t 0 c >/dev/null; verdict")
            #expect(verdict == "")
        }
    }
}
