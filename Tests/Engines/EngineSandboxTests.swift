import Foundation
import Laboratory
import Testing

extension Engines {
    /// The laboratory itself: a machine on which these tests ran is as it was before.
    @Suite struct EngineSandboxTests {
        @Test func nothingOfPodmanOutlivesItsSandbox() throws {
            var host: (any EngineHost)? = try PodmanHost()
            try expectNothingOutlives(&host)
        }

        @Test(.enabled(if: Containerd.isInstalled, "needs containerd and python3-grpcio"))
        func nothingOfContainerdOutlivesItsSandbox() throws {
            var host: (any EngineHost)? = try ContainerdHost()
            try expectNothingOutlives(&host)
        }

        private func expectNothingOutlives(_ host: inout (any EngineHost)?) throws {
            let namespace = try #require(try host?.run("start c; readlink /proc/self/ns/net"))
            let group = try #require(try host?.run("grep -om 1 'evenkeel-test-[^/]*' /proc/$(process c)/cgroup"))
            #expect(try controlGroups(named: group) != "")
            #expect(try processes(in: namespace) > 0)
            host = nil
            #expect(try controlGroups(named: group) == "")
            #expect(try processes(in: namespace) == 0)
        }

        private func controlGroups(named name: String) throws -> String {
            try Shell.run(["find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", name]).text
        }

        private func processes(in namespace: String) throws -> Int {
            let links = try FileManager.default.contentsOfDirectory(atPath: "/proc").map { "/proc/\($0)/ns/net" }
            return links.count { (try? FileManager.default.destinationOfSymbolicLink(atPath: $0)) == namespace }
        }
    }
}
