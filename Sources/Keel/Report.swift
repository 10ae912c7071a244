public import LinuxSystem

/// What became of a change.
public enum Step: Hashable, Sendable {
    case done(Change)
    case failed(Change, KernelError)
    /// Left out because one before it, on which it builds, failed.
    case skipped(Change)
}

/// What came of a run.
public struct Report: Hashable, Sendable {
    public var steps: [Step] = []
    public var notes: [String] = []
    /// What could not even be looked at.
    public var errors: [KernelError] = []

    public init(steps: [Step] = [], notes: [String] = []) {
        self.steps = steps
        self.notes = notes
    }

    /// What was done, and what is to be known beside it, a line each.
    public var lines: [String] {
        steps.compactMap { step in
            if case .done(let change) = step { change.done } else { nil }
        } + notes
    }

    public var failures: [KernelError] {
        errors
            + steps.compactMap { step in
                if case .failed(_, let error) = step { error } else { nil }
            }
    }
}
