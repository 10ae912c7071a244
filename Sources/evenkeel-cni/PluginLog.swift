import CNI
import JSON
import Keel
import LinuxSystem

/// Messages for people: on standard error, and in the file that the configuration names.
struct PluginLog: ~Copyable {
    enum Level: String, CaseIterable {
        case error
        case warning
        case info
        case debug

        /// Whether a log of this level has lines of that level.
        func includes(_ level: Level) -> Bool { level.rank <= rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    private let level: Level
    private let file: FileDescriptor?
    private let hasFile: Bool
    /// Verb, container and interface, which begin each line of the file.
    private let subject: String

    /// Logs to standard error alone.
    init() {
        level = .info
        file = nil
        hasFile = false
        subject = ""
    }

    /// Logs as `logFile` and `logLevel` of the configuration say, if they are valid. A file that cannot be written does not stop
    /// the plugin.
    init(_ request: Request) {
        let settings = LogSettings(request.configuration)
        level = settings.level ?? .info
        guard let path = settings.path, request.command != .version else {
            file = nil
            hasFile = false
            subject = ""
            return
        }
        subject = printable("\(request.command.rawValue) \(request.containerID) \(request.interface)")
        do {
            file = try FileDescriptor(appendingTo: path)
            hasFile = true
        } catch {
            file = nil
            hasFile = false
            write(.warning, "logFile is not written: \(error.description)")
        }
    }

    func write(_ level: Level, _ text: String) { write(level, [text]) }

    /// Writes all lines at once, so that lines of several runs do not mix.
    private func write(_ level: Level, _ texts: [String]) {
        guard self.level.includes(level), !texts.isEmpty else { return }
        // The texts may quote a container or a pod's annotations.
        let texts = texts.map(printable)
        FileDescriptor.writeStandardError(lines(texts, behind: "evenkeel: "))
        guard hasFile else { return }
        let lines = lines(texts, behind: "\(Timestamp.now()) \(level.rawValue) \(subject): ")
        do { try file?.write(lines, name: "the log") } catch {}
    }

    private func lines(_ texts: [String], behind prefix: String) -> String {
        var lines = ""
        lines.reserveCapacity(texts.reduce(0) { $0 + prefix.utf8.count + $1.utf8.count + 1 })
        for text in texts {
            lines += prefix
            lines += text
            lines += "\n"
        }
        return lines
    }

    func write(_ error: CNIError, as level: Level = .error) {
        write(level, error.details.isEmpty ? error.message : "\(error.message): \(error.details)")
    }

    func write(_ report: Report) {
        write(.info, report.lines)
        write(.warning, report.failures.map { $0.description })
    }
}

/// The log settings of the configuration.
struct LogSettings {
    private let configuration: JSON

    init(_ configuration: JSON) { self.configuration = configuration }

    private func value(_ key: String) -> JSON? {
        let value = configuration[key]
        return value == .null ? nil : value
    }

    var level: PluginLog.Level? { PluginLog.Level.allCases.first { $0.rawValue == value("logLevel")?.string } }

    /// Absolute: nobody chooses where the runtime was started. No NUL: it would end the path, and another file be written.
    var path: String? { value("logFile")?.string.flatMap { $0.begins(with: "/") && !$0.utf8.contains(0) ? $0 : nil } }

    func validate() throws(CNIError) {
        if value("logLevel") != nil && level == nil {
            let allowed = PluginLog.Level.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw CNIError(
                .invalidConfiguration, "logLevel of the network configuration is no level",
                details: "allowed: \(allowed)")
        }
        if value("logFile") != nil && path == nil {
            throw CNIError(
                .invalidConfiguration, "logFile of the network configuration is no absolute path",
                details: "name a file such as \"/var/log/evenkeel.log\", or leave it out")
        }
    }
}
