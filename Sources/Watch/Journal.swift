import JSON
import LinuxSystem

/// What the watcher says: lines for people, and the same as JSON for whoever listens at the socket.
struct Journal {
    /// Lines up to that severity are written.
    let least: Syslog.Severity
    /// Where standard error is the journal's, a line begins with its severity, sd-daemon(3).
    private let isJournal = Environment.variable("JOURNAL_STREAM") != nil
    private var allowance = Allowance(burst: 10, each: 100_000_000, at: Clock.now)
    private var withheld = 0

    private let isLimited: Bool

    /// `isLimited`: of more than ten lines a second only the number is written, but for errors and what is said once.
    init(least: Syslog.Severity, isLimited: Bool) { (self.least, self.isLimited) = (least, isLimited) }

    /// Writes a line. The text is made only if it is written.
    mutating func write(_ severity: Syslog.Severity, _ text: @autoclosure () -> String) {
        guard severity.rawValue <= least.rawValue else { return }
        guard severity == .error || severity == .notice || !isLimited || allowance.take(at: Clock.now) == nil else {
            withheld += 1
            return
        }
        if withheld > 0 {
            put(.notice, "\(withheld) more lines were not written")
            withheld = 0
        }
        put(severity, text())
    }

    private func put(_ severity: Syslog.Severity, _ text: String) {
        let start = isJournal ? "<\(severity.rawValue)>" : "evenkeel-watch: "
        FileDescriptor.writeStandardError("\(start)\(printable(text))\n")
    }
}
