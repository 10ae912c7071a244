import Laboratory
import Testing

@testable import ConntrackUsage
@testable import evenkeel

@Suite struct MetricsTests {
    private func user(_ names: [String], _ entries: Int, isHost: Bool = false) -> ConntrackUser {
        ConntrackUser(
            owner: names.isEmpty ? nil : .init(names: names, isHost: isHost), isAnswering: false, zone: 0,
            entries: entries, error: 0)
    }

    private func texts(_ holders: HeaviestHolders) -> [String] { holders.containers.map { "\($0.name) \($0.entries)" } }

    @Test func holdersAreContainersOfWhichEachNameCountsOnce() {
        let users = [
            user(["host"], 100, isHost: true), user([], 90), user(["web"], 8), user(["db"], 5), user(["web"], 4),
            user(["a", "b"], 3), user(["a", "b", "c", "d", "e"], 2), user(["\u{1b}[31m"], 1),
        ]
        #expect(
            texts(HeaviestHolders(users)) == ["web 12", "db 5", "a or b 3", "a or b or c or 2 more 2", "?[31m 1"])
    }

    @Test func ofManyHoldersThoseWithMostAreTold() {
        let holders = HeaviestHolders((1...30).map { user(["c\($0)"], $0) })
        #expect(texts(holders) == (0..<10).map { "c\(30 - $0) \(30 - $0)" })
    }

    @Test func anotherFilesFamiliesAreKnownByTheirTypes() throws {
        let scratch = try Scratch()
        let entries = "# HELP evenkeel_conntrack_entries x\n# TYPE evenkeel_conntrack_entries gauge\n"
        _ = try scratch.file("watch.prom", Array(entries.utf8))
        _ = try scratch.file("other.prom", Array("# TYPE evenkeel_build_info_x gauge\nevenkeel_build_info 1\n".utf8))
        _ = try scratch.file("half.prom.7", Array("# TYPE evenkeel_build_info gauge\n".utf8))
        let own = try scratch.file("evenkeel.prom", Array("# TYPE evenkeel_build_info gauge\n".utf8))
        #expect(CollectorFolder.families(beside: own) == ["evenkeel_conntrack_entries"])
        #expect(CollectorFolder.families(beside: "\(scratch.path)/none/evenkeel.prom") == [])
    }
}
