public import Discovery
import Keel
import LinuxSystem

/// One thing that is wrong, or worth knowing.
public struct Finding: Hashable, Sendable {
    public enum Severity: String, CaseIterable, Comparable, Sendable {
        /// May be intended; the host counts as healthy.
        case information
        /// Does harm under some circumstances.
        case warning
        /// Does harm now.
        case error

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public enum Place: Hashable, Sendable {
        case host
        case container(ContainerNamespace)
    }

    public let id: FindingID
    public let severity: Severity
    public let place: Place
    /// What is wrong, in one line.
    public let summary: String
    /// What the kernel says, with numbers; one fact a line.
    public let evidence: [String]
    /// The symptoms, as people see them.
    public let consequence: String
    /// The command that mends it, or advice in brackets if no command does.
    public let remedy: String

    public init(
        _ id: FindingID, _ severity: Severity, at place: Place, _ summary: String, evidence: [String],
        consequence: String, remedy: String
    ) {
        self.id = id
        self.severity = severity
        self.place = place
        // A container chooses its interfaces' names, control characters included.
        self.summary = printable(summary)
        self.evidence = evidence.map(printable)
        self.consequence = printable(consequence)
        self.remedy = printable(remedy)
    }
}
