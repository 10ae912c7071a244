public import Discovery
import Keel
import LinuxSystem

/// One thing that is wrong, or worth knowing.
public struct Finding: Hashable, Sendable {
    public enum Severity: String, CaseIterable, Comparable, Sendable {
        /// May be meant to be so; the host is healthy all the same.
        case information
        /// Will do harm when the circumstances are right.
        case warning
        /// Does harm.
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
    /// What is the case, in one line.
    public let summary: String
    /// What the kernel says, with numbers; a line each.
    public let evidence: [String]
    /// What comes of it, as people meet it.
    public let consequence: String
    /// The command that mends it, or where there is none a sentence in brackets.
    public let remedy: String

    public init(
        _ id: FindingID, _ severity: Severity, at place: Place, _ summary: String, evidence: [String],
        consequence: String, remedy: String
    ) {
        self.id = id
        self.severity = severity
        self.place = place
        // Names of interfaces are the container's.
        self.summary = printable(summary)
        self.evidence = evidence.map(printable)
        self.consequence = printable(consequence)
        self.remedy = printable(remedy)
    }
}
