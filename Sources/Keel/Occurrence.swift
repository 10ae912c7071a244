public import LinuxSystem

/// What a message in the log is about. Scripts and alerts select messages by it, so these words and numbers never change.
public enum Occurrence: Sendable {
    /// A container was made safe as it started. A line a start.
    case start
    /// One change that a remedy made.
    case change(Remedy)
    /// A container is left alone, as it asked.
    case leftAlone
    case finding(Finding)
    /// Anything else.
    case other

    /// What the doctor finds, too, by its name there.
    public enum Finding: String, CaseIterable, Sendable {
        case policyFault = "policy-fault"
        case wishUnmet = "wish-unmet"
        case conntrackNearFull = "conntrack-near-full"
        case contested
    }

    /// In the journal: `MESSAGE_ID` for the kind, and what it is of that kind.
    public var fields: [JournalField] {
        switch self {
        case .start: [Self.id("549ee1e1af1d4ed3a75fda4feb805801")]
        case .change(let remedy):
            [Self.id("4b012f3906d3465db16f1d6d7239bffa"), JournalField("EVENKEEL_CHANGE", remedy.rawValue)]
        case .leftAlone: [Self.id("de365c4227ed4751a1e27434f3da659c")]
        case .finding(let finding):
            [Self.id("c9f60982ec4148ddb0562b79162ac458"), JournalField("EVENKEEL_FINDING", finding.rawValue)]
        case .other: []
        }
    }

    private static func id(_ number: String) -> JournalField { JournalField("MESSAGE_ID", number) }
}

/// Takes what a run has to say though nothing failed, and what it is about.
public typealias Warn = (String, Occurrence) -> Void
