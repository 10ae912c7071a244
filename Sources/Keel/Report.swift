public import LinuxSystem

/// What became of a change.
public enum Step: Hashable, Sendable {
    case done(Change)
    case failed(Change, KernelError)
    /// Skipped because an earlier change, on which it builds, failed.
    case skipped(Change)
}

/// The outcome of a run.
public struct Report: Hashable, Sendable {
    public var steps: [Step] = []
    public var notes: [String] = []
    /// What could not be observed.
    public var errors: [KernelError] = []

    public init(steps: [Step] = [], notes: [String] = []) {
        self.steps = steps
        self.notes = notes
    }

    /// What was done, then the notes, a line each.
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
