/// One thing that was looked at: what was found, and what follows from it.
package struct CheckRow: Hashable, Sendable {
    package enum Mark: String, Sendable {
        case ok
        /// It works, but not all of it, or not by itself.
        case limited
        case missing
        /// This user could not find out.
        case unknown
    }

    /// The parts of a check, in their order.
    package enum Part: String, CaseIterable, Sendable {
        case kernel
        case privileges
        case system
        case engines
        case lists = "CNI lists"
        case firewalls
        case evenkeel = "Evenkeel"
    }

    package let part: Part
    package let what: String
    package let mark: Mark
    package let found: String
    /// What follows from it; nil if nothing does.
    package let consequence: String?
    /// Whether Evenkeel cannot work without it.
    package let isNeeded: Bool

    package init(
        _ part: Part, _ what: String, _ mark: Mark, _ found: String, so consequence: String? = nil,
        isNeeded: Bool = false
    ) {
        self.part = part
        self.what = what
        self.mark = mark
        self.found = found
        self.consequence = consequence
        self.isNeeded = isNeeded
    }
}

/// Whether Evenkeel can work on a host.
package enum CheckVerdict: String, Sendable {
    case ready
    case limited
    case unable

    package init(_ rows: [CheckRow]) {
        if rows.contains(where: { $0.mark == .missing && $0.isNeeded }) {
            self = .unable
        } else {
            self = rows.contains { $0.mark == .missing || $0.mark == .limited } ? .limited : .ready
        }
    }
}
