import Foundation
import Laboratory
import Testing

extension Engines {
    /// The laboratory itself: a machine on which these tests ran is as it was before.
    @Suite struct EngineSandboxTests {
        @Test func nothingOfAnEngineOutlivesItsSandbox() throws {
            var host: PodmanHost? = try PodmanHost()
            let namespace = try #require(try host?.run("start c; readlink /proc/self/ns/net"))
            let path = try #require(try host?.run("sed -n 's/.*:pids://p' /proc/$(process c)/cgroup"))
            let group = try #require(path.split(separator: "/").first.map { "/sys/fs/cgroup/pids/\($0)" })
            #expect(FileManager.default.fileExists(atPath: group))
            #expect(try processes(in: namespace) > 0)
            host = nil
            #expect(try processes(in: namespace) == 0)
            #expect(!FileManager.default.fileExists(atPath: group))
        }

        private func processes(in namespace: String) throws -> Int {
            let links = try FileManager.default.contentsOfDirectory(atPath: "/proc").map { "/proc/\($0)/ns/net" }
            return links.count { (try? FileManager.default.destinationOfSymbolicLink(atPath: $0)) == namespace }
        }
    }
}
