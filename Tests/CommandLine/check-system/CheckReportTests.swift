import JSON
import SystemCheck
import Testing

@testable import evenkeel

@Suite struct CheckReportTests {
    private let rows = [
        CheckRow(.kernel, "release", .ok, "Linux 6.1.0-18-amd64, x86_64"),
        CheckRow(
            .kernel, "nf_tables", .missing, "not among this kernel's modules",
            so: "INVALID segments cannot be dropped, whatever the policy says, until the kernel has that module"),
        CheckRow(.engines, "podman", .unknown, "version not known; /usr/bin/\u{1b}[31mpodman"),
        CheckRow(.system, "systemd", .limited, "does not run this host"),
    ]

    @Test func eachRowHasItsMark() {
        let text = CheckReport(rows).text(width: 100, hasSymbols: true)
        #expect(
            text.hasPrefix(
                """
                Evenkeel can work on this host, with 2 limits. 1 of 4 things could not be looked at.

                kernel
                  ✓ release: Linux 6.1.0-18-amd64, x86_64
                  ✗ nf_tables: not among this kernel's modules
                """), "\(text)")
        #expect(text.contains("\nsystem\n  ! systemd: does not run this host\n\nengines\n  ? podman: "))
        #expect(!text.contains("\u{1b}"))
    }

    @Test func withoutUnicodeWordsStandForMarks() {
        let text = CheckReport(rows).text(width: 100, hasSymbols: false)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        for line in ["  ok      release: ", "  missing nf_tables: ", "  limited systemd: ", "  unknown podman: "] {
            #expect(text.contains("\n\(line)"), "\(text)")
        }
    }

    @Test(arguments: [50, 80, 120]) func everyLineFits(width: Int) {
        for hasSymbols in [true, false] {
            let lines = CheckReport(rows).text(width: width, hasSymbols: hasSymbols).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        }
    }

    @Test func theVerdictIsTheWorstOfWhatIsNeeded() {
        let needed = CheckRow(.kernel, "x", .missing, "gone", isNeeded: true)
        #expect(CheckReport([rows[0]]).verdict == .ready)
        #expect(CheckReport(rows).verdict == .limited)
        #expect(CheckReport(rows + [needed]).verdict == .unable)
        let json = CheckReport(rows + [needed]).answer.json
        #expect(json.members?.map(\.name) == ["version", "verdict", "checks", "error"])
        #expect(json["verdict"]?.string == "unable" && json["checks"]?.elements?.count == 5)
    }
}
