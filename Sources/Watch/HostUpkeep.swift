import Firewall
import Keel
import LinuxSystem
import Netlink

/// What is known of the host's tables between two looks at them: whether they need one, and why.
struct HostUpkeep {
    /// Whether to look.
    var isDue = true
    /// The program whose change made that necessary; nil if it was none.
    private(set) var cause: String?
    /// The families that had a table at the last look.
    var held: [IPVersion] = []
    /// The families whose table a person took away: by its name alone, and not with the rest of the ruleset.
    private(set) var declined: [IPVersion] = []
    /// When that was, in seconds since 1970.
    private var declinedAt = 0
    /// The interfaces that are in the sets.
    var guarded: [InterfaceName] = []
    private var transaction = Transaction()
    private var restorations: [UInt64] = []
    private(set) var contestedUntil: UInt64 = 0

    /// What one transaction did so far.
    private struct Transaction {
        /// The families whose table of ours it deleted.
        var gone: [IPVersion] = []
        /// Those of whose table it deleted parts.
        var torn: [IPVersion] = []
        /// Those whose table it made.
        var made: [IPVersion] = []
        /// Whether it also changed what is not ours, as loading a whole ruleset does.
        var touchesOthers = false
        var translates = false
    }

    private static let ownName = "evenkeel-watch"

    /// What a transaction of somebody else means, for people to read; nil if nothing.
    mutating func take(_ event: RulesetEvent) -> String? {
        switch event {
        case .table(let name, let family, let isGone):
            guard let version = version(name, family) else {
                transaction.touchesOthers = true
                return nil
            }
            if isGone {
                _ = transaction.gone.appendIfNew(version)
                transaction.made.removeAll { $0 == version }
            } else {
                _ = transaction.made.appendIfNew(version)
                transaction.gone.removeAll { $0 == version }
            }
        case .part(let name, let family, let isGone):
            if let version = version(name, family) {
                if isGone { _ = transaction.torn.appendIfNew(version) }
            } else {
                transaction.touchesOthers = true
            }
        case .translation: (transaction.translates, transaction.touchesOthers) = (true, true)
        case .generation(_, let program):
            defer { transaction = Transaction() }
            return finish(program)
        }
        return nil
    }

    private func version(_ name: String, _ family: UInt8) -> IPVersion? {
        guard name == InvalidDrop.table else { return nil }
        return IPVersion(addressFamily: family)
    }

    private mutating func finish(_ program: String) -> String? {
        if program == Self.ownName { return nil }
        let isOfProduct = program.begins(with: "evenkeel")
        // Whoever makes the table wants it.
        declined.removeAll { transaction.made.contains($0) }
        if transaction.translates || !transaction.made.isEmpty { call(for: program) }
        let lost =
            transaction.gone
            + transaction.torn.filter { !transaction.gone.contains($0) && !transaction.made.contains($0) }
        guard !lost.isEmpty else { return nil }
        guarded = []
        let isCollateral = transaction.touchesOthers || (held.count > 1 && transaction.gone.count == held.count)
        held.removeAll { transaction.gone.contains($0) && (isOfProduct || !isCollateral) }
        // `evenkeel host apply` takes away what is not needed now, and the plugin elements that have nothing behind them.
        if isOfProduct { return nil }
        if isCollateral {
            call(for: program)
            return nil
        }
        for version in lost { _ = declined.appendIfNew(version) }
        declinedAt = Timestamp.seconds
        return
            "\(program) took our \(lost.count == 1 ? "table" : "tables") for INVALID segments away by name, and nothing else "
            + "(\(lost.map { $0.description }.joined(separator: ", "))): that stays so until `evenkeel host apply`"
    }

    /// A person has said by `evenkeel host apply`, at that time, that the tables are wanted.
    mutating func noteApplied(at seconds: Int) {
        if seconds >= declinedAt { declined = [] }
    }

    /// Events were lost: look, whatever happened.
    mutating func callAfterLoss() {
        transaction = Transaction()
        guarded = []
        call(for: nil)
    }

    mutating func call(for program: String?) {
        isDue = true
        cause = program ?? cause
    }

    /// The look is over.
    mutating func finishLook() {
        isDue = false
        cause = nil
    }

    /// Notes that the tables were restored. Whether somebody keeps taking them away: then nothing is done for a minute.
    mutating func noteRestoration(at now: UInt64) -> Bool {
        restorations = restorations.filter { $0 + 10 * Clock.second > now } + [now]
        guard restorations.count >= 5 else { return false }
        restorations = []
        contestedUntil = now + 60 * Clock.second
        return true
    }

    /// The families to look after.
    var versions: [IPVersion] { IPVersion.allCases.filter { !declined.contains($0) } }
}
