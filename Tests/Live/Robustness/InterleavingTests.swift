import Testing

/// One run of the plugin stands still in the middle, wherever that is, while another runs from its beginning to its end.
/// Nobody who was told that a container is guarded has it unguarded afterwards.
@Suite struct InterleavingTests {
    /// A bridge's element goes with its last port, which may not be the last any more.
    @Test func aDELWhileTheNextContainerComes() throws {
        try expect(
            "attach_and_add s1 1", first: "plugin DEL s1 1", second: "attach_and_add s2 1",
            clean: "ip link del vs11 && delete s2 1")
    }

    @Test func anADDWhileTheLastContainerGoes() throws {
        try expect(
            "attach_and_add s1 1 && attach s2 1 eth0 7", first: "plugin ADD s2 1", second: "delete s1 1",
            clean: "delete s2 1")
    }

    /// The last two of a bridge have gone at once, so its element was left over.
    @Test func aGCWhileTheNextContainerComes() throws {
        try expect(
            """
            attach_and_add s1 1; attach_and_add s3 1; plugin DEL s1 1; plugin DEL s3 1
            ip link del vs11; ip link del vs31
            """, first: "collect_garbage", second: "attach_and_add s2 1", clean: "delete s2 1")
    }

    /// Both find nothing of ours on the host.
    @Test func theFirstTwoADDsOfAHost() throws {
        try expect(
            """
            nft delete table ip evenkeel; nft delete table ip6 evenkeel
            attach s1 1 eth0 6 && attach s2 1 eth0 7
            """, first: "plugin ADD s1 1", second: "plugin ADD s2 1", clean: "delete s1 1; delete s2 1")
    }

    private func expect(
        _ preparation: String, first: String, second: String, clean: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lab = try Lab("Robustness/stress.sh", "Robustness/interleave.sh")
        // Once before, so that what it makes for good is there.
        try lab.run("venue 3 1; attach_and_add s1 1; delete s1 1")
        let said = try lab.run(
            """
            prepare() { \(preparation); }
            clean() { \(clean); }
            interleave prepare '\(first)' '\(second)' clean
            """)
        let lines = said.split(separator: "\n")
        #expect(lines.count == 1, "\(said)", sourceLocation: sourceLocation)
        let times = lines.last?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        #expect(times > 9, "it was not held up often enough", sourceLocation: sourceLocation)
    }
}
