import Diagnosis
import LinuxTools

/// The explanation of one finding.
struct Page {
    let id: FindingID
    let title: String
    /// In the words that people search for.
    let symptom: String
    let cause: String
    /// How to see it without Evenkeel, command by command.
    let proof: String
    let withEvenkeel: String
    let without: String
    /// Addresses of documents and threads.
    let references: [String]

    /// In the order in which findings are listed.
    static let all: [Page] =
        routes + halves + reversePaths + receivers + invalid + invalidPolicy + policyFaults + conntrack
        + conntrackLimits + conntrackTimeouts + runtimes + activity + contests + plugins + wishes + links
        + translation + limits

    static func about(_ id: FindingID) -> Page? { all.first { $0.id == id } }

    /// As it is written, or in lines of at most so many columns.
    func text(columns: Int?) -> String {
        let sections = [
            ("SYMPTOM", symptom), ("CAUSE", cause), ("PROVE IT BY HAND", proof), ("REMEDY", withEvenkeel),
            ("WITHOUT EVENKEEL", without), ("MORE", references.joined(separator: "\n\n")),
        ]
        let title = "\(id.rawValue): \(title)"
        return (columns.map { wrapped(title, then: "  ", columns: $0).joined(separator: "\n") } ?? title) + "\n"
            + sections.map { head, body in
                let isList = head == "MORE"
                let lines = columns.map { Self.filled(body, $0) } ?? Self.indented(body)
                return "\n\(head)\n\(lines.filter { !isList || !$0.isEmpty }.joined(separator: "\n"))\n"
            }.joined()
    }

    private static func indented(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
    }

    /// Paragraphs are filled anew; an indented line is a command.
    private static func filled(_ text: String, _ columns: Int) -> [String] {
        var lines: [String] = []
        var paragraph: [Substring] = []
        let finish = {
            if !paragraph.isEmpty {
                lines += wrapped(paragraph.joined(separator: " "), after: "  ", columns: min(columns, 100))
            }
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.isEmpty && line.first != " " {
                paragraph.append(line)
                continue
            }
            finish()
            let command = line.drop { $0 == " " }
            let margin = String(repeating: " ", count: line.count - command.count + 2)
            lines +=
                line.isEmpty
                ? [""] : wrappedCommand(String(command), after: margin, then: margin + "    ", columns: columns)
        }
        finish()
        return lines
    }
}
