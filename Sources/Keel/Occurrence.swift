public import LinuxSystem

/// What a message in the log is about. Scripts and alerts select messages by it, so these words and numbers never change.
public enum Occurrence: Sendable {
    /// A container was made safe as it started. A line a start.
    case start
    /// One change that a remedy made.
    case change(Remedy)
    /// A container is left alone, as it asked.
    case leftAlone
    /// Something that the doctor finds, too: its name there.
    case finding(String)
    /// Anything else.
    case other

    /// In the journal: `MESSAGE_ID` for the kind, and what it is of that kind.
    public var fields: [JournalField] {
        switch self {
        case .start: [Self.id("549ee1e1af1d4ed3a75fda4feb805801")]
        case .change(let remedy):
            [Self.id("4b012f3906d3465db16f1d6d7239bffa"), JournalField("EVENKEEL_CHANGE", remedy.rawValue)]
        case .leftAlone: [Self.id("de365c4227ed4751a1e27434f3da659c")]
        case .finding(let name):
            [Self.id("c9f60982ec4148ddb0562b79162ac458"), JournalField("EVENKEEL_FINDING", name)]
        case .other: []
        }
    }

    private static func id(_ number: String) -> JournalField { JournalField("MESSAGE_ID", number) }
}

/// Takes what a run has to say though nothing failed, and what it is about.
public typealias Warn = (String, Occurrence) -> Void
