import CLinux

/// The system's log, `syslog(3)`: the journal where there is one.
public struct Syslog: ~Copyable {
    /// The severities of RFC 5424.
    public enum Severity: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
        case debug = 7
    }

    private let program: String
    private let socket: FileDescriptor?

    /// Connects to `/dev/log`. If nothing listens there, messages are lost.
    public init(_ program: String) {
        self.program = program
        let number = linux_open_system_log()
        socket = number >= 0 ? FileDescriptor(owning: number) : nil
    }

    /// Writes one message without waiting. It is lost if the log's queue is full.
    public func write(_ severity: Severity, _ text: String) {
        // Facility 3, system daemons. RFC 3164; the receiver adds time and host.
        let message = "<\(3 * 8 + severity.rawValue)>\(program)[\(getpid())]: \(text)"
        do { try socket?.write(message, name: "the system's log") } catch {}
    }
}
