import LinuxTools
import Testing

@Suite struct TableTests {
    private static let heading = ["CONTAINER", "ENGINE", "NETWORKS", "IPV4", "IPV6", "STATE"]
    private static let rows = [
        ["production/web-5d9c7b6f4-abcde", "containerd", "cluster,storage", "cluster", "cluster", "kept"],
        ["production/web-5d9c7b6f4-fghij", "containerd", "cluster,storage", "cluster or storage", "-", "not guarded"],
        ["db", "podman", "back", "back", "none", "skipped"],
    ]

    private func table(_ rank: (String) -> Table.Column.Rank = { _ in .needed }) -> Table {
        Table(
            Self.heading.enumerated().map { place, heading in
                Table.Column(heading, rank(heading), Self.rows.map { $0[place] })
            })
    }

    @Test func withRoomNothingIsLeftOut() {
        let lines = table().lines(width: .max)
        #expect(lines.count == 4)
        for (line, row) in zip(lines.dropFirst(), Self.rows) { for text in row { #expect(line.contains(text)) } }
        #expect(
            lines[3]
                == "db                              podman      back             back                none     skipped")
    }

    /// Rows whose ends differ are told apart also where there is little room.
    @Test(arguments: [120, 100, 80, 50]) func everyLineFitsAndRowsStayApart(width: Int) {
        let lines = table().lines(width: width)
        #expect(lines.allSatisfy { $0.cells <= width }, "\(lines)")
        #expect(Set(lines).count == lines.count)
        #expect(lines[2].hasSuffix(width >= 80 ? "not guarded" : "ded"), "\(lines)")
    }

    @Test(arguments: 1...40) func noWidthIsTooSmall(width: Int) {
        #expect(table().lines(width: width).allSatisfy { $0.cells <= width })
    }

    /// The middle of a text is where these differ.
    @Test func theCutIsWhereTextsThatDifferStillDo() {
        let texts = (1...9).map { "registry-\($0)-of-the-whole-cluster" }
        let lines = Table([Table.Column("NAME", .needed, texts)]).lines(width: 14)
        #expect(Set(lines).count == 10 && lines.allSatisfy { $0.cells <= 14 }, "\(lines)")
    }

    /// So far from both ends that only the part between two cuts tells them apart.
    @Test func whereTheMiddleAloneDiffersItStays() {
        let texts = (1...3).map { "production-orders-service-\($0)bcde-with-a-very-long-name" } + ["database"]
        let lines = Table([Table.Column("CONTAINER", .needed, texts)]).lines(width: 9)
        #expect(Set(lines).count == 5 && lines.allSatisfy { $0.cells <= 9 }, "\(lines)")
        #expect(lines[0] == "CONTAINER" && lines[4] == "database")
    }

    /// An ordinary user may name a process so that root's table takes minutes.
    @Test func longTextsAreNotSearched() {
        let texts = (1...2).map {
            String(repeating: "x", count: 30_000) + "\($0)" + String(repeating: "x", count: 30_000)
        }
        let lines = Table([Table.Column("CONTAINER", .needed, texts)]).lines(width: 20)
        #expect(lines.count == 3 && lines.allSatisfy { $0.cells <= 20 })
    }

    @Test func whatTellsNoRowsApartIsLeftOutFirst() {
        let lines = { (names: [String]) in
            Table([
                Table.Column("ENTRIES", .whole, alignsRight: true, ["900", "20"]),
                Table.Column("SHARE", .spare, ["97.8%", "2.2%"]),
                Table.Column("CONTAINER", .needed, names),
                Table.Column("ADDRESS", .telling, ["fd00:89:1::5", "fd00:89:1::6"]),
                Table.Column("DESTINATION", .telling, ["198.51.100.2 tcp/443", "198.51.100.2 tcp/443"]),
            ]).lines(width: 46)
        }
        #expect(
            lines(["orders-service", "billing-service"]) == [
                "ENTRIES  CONTAINER        DESTINATION",
                "    900  orders-service   198.51.100.2 tcp/443",
                "     20  billing-service  198.51.100.2 tcp/443",
            ])
        #expect(
            lines(["orders-service", "orders-service"]) == [
                "ENTRIES  CONTAINER       ADDRESS",
                "    900  orders-service  fd00:89:1::5",
                "     20  orders-service  fd00:89:1::6",
            ])
    }
}
