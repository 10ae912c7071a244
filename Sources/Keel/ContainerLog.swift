public import LinuxSystem

/// The messages about one container. They go to standard error, which engines seldom show, and to the system's log, whose first
/// line has the version.
public struct ContainerLog: ~Copyable {
    private let program: String
    private let id: String
    private let findName: (() -> String?)?
    private let repeatError: ((String) -> Void)?
    private let leastOnStandardError: SystemLog.Severity
    private let progress = Progress()

    private final class Progress {
        /// Opened with the first message: most runs have none.
        var log: SystemLog?
        var name: String?
    }

    /// `name` tells the container's name, and is called if there is something to tell the system's log. Messages less severe than
    /// `least` stay off standard error, which an engine shows to whoever starts a container. `repeatError` also writes errors where
    /// else they are looked for.
    public init(
        _ program: String, container id: String, name: (() -> String?)? = nil,
        onStandardErrorFrom least: SystemLog.Severity = .info, repeatError: ((String) -> Void)? = nil
    ) {
        self.program = program
        self.id = printable(id)
        findName = name
        leastOnStandardError = least
        self.repeatError = repeatError
    }

    public func write(_ severity: SystemLog.Severity, _ text: String, _ occurrence: Occurrence = .other) {
        let line = line(text)
        writeStandardError(severity, line)
        writeLog(severity, line, occurrence)
        if severity == .error { repeatError?(line) }
    }

    /// The system's log gets one line for all that was done, and each change as a detail.
    public func write(_ report: Report) {
        for step in report.steps {
            guard case .done(let change) = step else { continue }
            let line = line(change.done)
            writeStandardError(.info, line)
            writeLog(.debug, line, .change(change.remedy))
        }
        if let summary = report.summary { writeLog(.info, line(summary), .start) }
        for note in report.notes { write(.info, note) }
    }

    private func line(_ text: String) -> String {
        id.isEmpty ? printable(text) : "container \(id): \(printable(text))"
    }

    private func writeStandardError(_ severity: SystemLog.Severity, _ line: String) {
        guard severity.rawValue <= leastOnStandardError.rawValue else { return }
        FileDescriptor.writeStandardError("evenkeel: \(line)\n")
    }

    private func writeLog(_ severity: SystemLog.Severity, _ line: String, _ occurrence: Occurrence) {
        let isFirst = progress.log == nil
        if isFirst {
            progress.log = SystemLog(program)
            progress.name = findName?()
        }
        progress.log?.write(
            severity, isFirst ? "\(line) (evenkeel \(Product.version))" : line,
            JournalField.container(id: id, name: progress.name) + occurrence.fields)
    }
}

extension JournalField {
    /// The fields that Docker's and podman's own messages in the journal have. An empty id, and a name that is nil, make none.
    public static func container(id: String?, name: String?) -> [JournalField] {
        var fields: [JournalField] = []
        if let id, !id.isEmpty { fields.append(JournalField("CONTAINER_ID_FULL", printable(id))) }
        if let name { fields.append(JournalField("CONTAINER_NAME", printable(name))) }
        return fields
    }
}

extension Report {
    /// What was done in a line: how many changes of which remedy. Nil if nothing was.
    package var summary: String? {
        var counts: [(remedy: Remedy, count: Int)] = []
        for step in steps {
            guard case .done(let change) = step else { continue }
            if let place = counts.firstIndex(where: { $0.remedy == change.remedy }) {
                counts[place].count += 1
            } else {
                counts.append((change.remedy, 1))
            }
        }
        guard !counts.isEmpty else { return nil }
        return "its network was made safe; changes: "
            + counts.map { "\($0.remedy.rawValue) \($0.count)" }.joined(separator: ", ")
    }
}
