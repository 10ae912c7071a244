public import LinuxSystem

/// The messages about one container. They go to standard error, which engines seldom show, and to the system's log, whose first
/// line has the version.
public struct ContainerLog: ~Copyable {
    private let program: String
    private let subject: String
    private let repeatError: ((String) -> Void)?
    private let leastOnStandardError: Syslog.Severity
    private let progress = Progress()

    private final class Progress {
        /// Opened with the first message: most runs have none.
        var log: Syslog?
    }

    /// Messages less severe than `least` stay off standard error, which an engine shows to whoever starts a container.
    /// `repeatError` also writes errors where else they are looked for.
    public init(
        _ program: String, container id: String, onStandardErrorFrom least: Syslog.Severity = .info,
        repeatError: ((String) -> Void)? = nil
    ) {
        self.program = program
        leastOnStandardError = least
        self.repeatError = repeatError
        subject = id.isEmpty ? "" : "container \(printable(id)): "
    }

    public func write(_ severity: Syslog.Severity, _ text: String) {
        let line = subject + printable(text)
        if severity.rawValue <= leastOnStandardError.rawValue {
            FileDescriptor.writeStandardError("evenkeel: \(line)\n")
        }
        let isFirst = progress.log == nil
        if isFirst { progress.log = Syslog(program) }
        progress.log?.write(severity, isFirst ? "\(line) (evenkeel \(Product.version))" : line)
        if severity == .error { repeatError?(line) }
    }

    public func write(_ report: Report) {
        for line in report.lines { write(.info, line) }
    }
}
