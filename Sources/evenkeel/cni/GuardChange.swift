import ConfigurationLists
import LinuxSystem

/// What becomes of a network: of its list, and of its drop-in file.
struct GuardChange {
    enum DropInChange {
        case install(DropIn, prefer: Bool)
        case remove(DropIn)
    }

    let list: ListChange
    var dropIn: DropInChange?

    init(_ list: ListChange) { self.list = list }

    /// Leaves the list as it is.
    init(adding dropIn: DropIn, prefer: Bool) {
        list = .unchanged("has it by \(printable(dropIn.path))")
        self.dropIn = .install(dropIn, prefer: prefer)
    }

    mutating func take(away dropIn: DropIn) { self.dropIn = .remove(dropIn) }
}

extension GuardChange.DropInChange {
    /// Does it, unless it is a dry run; what was done, or would be; nil for nothing.
    func carryOut(dryRun: Bool) throws(Refusal) -> String? {
        switch self {
        case .install(let dropIn, let prefer):
            if dryRun { return try dropIn.state() == .installed ? nil : "would add \(printable(dropIn.path))" }
            return try dropIn.install(prefer: prefer) == .installed ? "added \(printable(dropIn.path))" : nil
        case .remove(let dropIn):
            if dryRun { return try dropIn.state() == .absent ? nil : "would remove \(printable(dropIn.path))" }
            return try dropIn.remove() == .notThere ? nil : "removed \(printable(dropIn.path))"
        }
    }
}
