import Testing

@testable import evenkeel

@Suite struct StatusTableTests {
    private let heading = ["CONTAINER", "ENGINE", "NETWORKS", "IPV4", "IPV6", "STATE"]
    private let rows = [
        ["production/web-5d9c7b6f4-abcde", "containerd", "cluster,storage", "cluster", "cluster", "kept"],
        ["production/web-5d9c7b6f4-fghij", "containerd", "cluster,storage", "cluster or storage", "-", "not guarded"],
        ["db", "podman", "back", "back", "none", "skipped"],
    ]

    @Test func withRoomNothingIsLeftOut() {
        let lines = StatusTable(heading: heading, rows).lines(width: .max)
        #expect(lines.count == 4)
        for (line, row) in zip(lines.dropFirst(), rows) { for text in row { #expect(line.contains(text)) } }
        #expect(
            lines[3]
                == "db                              podman      back             back                none     skipped")
    }

    /// Rows whose ends differ are told apart also where there is little room.
    @Test(arguments: [120, 100, 80, 50]) func everyLineFitsAndRowsStayApart(width: Int) {
        let lines = StatusTable(heading: heading, rows).lines(width: width)
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(Set(lines).count == lines.count)
        #expect(lines[2].hasSuffix(width >= 80 ? "not guarded" : "ded"), "\(lines)")
    }

    @Test(arguments: 1...40) func noWidthIsTooSmall(width: Int) {
        #expect(StatusTable(heading: heading, rows).lines(width: width).allSatisfy { $0.count <= width })
    }

    @Test(arguments: [("container", 20, "container"), ("container", 5, "co~er"), ("container", 1, "~"), ("", 3, "")])
    func aTextLosesItsMiddle(text: String, width: Int, shortened: String) {
        #expect(text.shortened(to: width) == shortened)
    }
}
