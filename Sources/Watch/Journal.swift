import JSON
import Keel
import LinuxSystem

/// What the watcher says: lines for people, and the same as JSON for whoever listens at the socket.
struct Journal: ~Copyable {
    /// Lines up to that severity are written.
    let least: SystemLog.Severity
    /// Where standard error is the journal's, a line begins with its severity, sd-daemon(3).
    private let isJournal = Environment.variable("JOURNAL_STREAM") != nil
    /// The journal itself, whose messages have fields. Opened for the first of them.
    private var log: SystemLog?
    private var allowance = Allowance(burst: 10, each: 100_000_000, at: Clock.now)
    private var withheld = 0

    private let isLimited: Bool

    /// `isLimited`: of more than ten lines a second only the number is written, but for errors and what is said once.
    init(least: SystemLog.Severity, isLimited: Bool) { (self.least, self.isLimited) = (least, isLimited) }

    /// Writes a line. The text is made only if it is written. `entry`: the container that it is about.
    mutating func write(
        _ severity: SystemLog.Severity, _ text: @autoclosure () -> String, _ occurrence: Occurrence = .other,
        container entry: Watched? = nil
    ) {
        guard severity.rawValue <= least.rawValue else { return }
        guard severity == .error || severity == .notice || !isLimited || allowance.take(at: Clock.now) == nil else {
            withheld += 1
            return
        }
        if withheld > 0 {
            put(.notice, "\(withheld) more lines were not written", [])
            withheld = 0
        }
        let container = JournalField.container(id: entry?.containerID, name: entry?.containerName)
        put(severity, text(), container + occurrence.fields)
    }

    private mutating func put(_ severity: SystemLog.Severity, _ text: String, _ fields: [JournalField]) {
        if isJournal, !fields.isEmpty {
            if log == nil { log = SystemLog("evenkeel-watch") }
            if log?.write(severity, printable(text), fields) == true { return }
        }
        let start = isJournal ? "<\(severity.rawValue)>" : "evenkeel-watch: "
        FileDescriptor.writeStandardError("\(start)\(printable(text))\n")
    }
}
