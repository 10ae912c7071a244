import Diagnosis

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
        + conntrackLimits + conntrackTimeouts + activity + contests + plugins + wishes + links + translation + limits

    static func about(_ id: FindingID) -> Page? { all.first { $0.id == id } }

    var text: String {
        let sections = [
            ("SYMPTOM", symptom), ("CAUSE", cause), ("PROVE IT BY HAND", proof), ("REMEDY", withEvenkeel),
            ("WITHOUT EVENKEEL", without), ("MORE", references.joined(separator: "\n")),
        ]
        return "\(id.rawValue): \(title)\n"
            + sections.map { head, body in "\n\(head)\n\(Self.indented(body))\n" }.joined()
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
            .joined(separator: "\n")
    }
}
