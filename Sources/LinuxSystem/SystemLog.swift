import CLinux

/// The system's log: the journal where one runs, by its native protocol, so that a message has fields; else `syslog(3)`.
public struct SystemLog: ~Copyable {
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
    private let isJournal: Bool

    /// Connects to the journal, or else to `/dev/log`. If nothing listens at either, messages are lost.
    public init(_ program: String) {
        self.program = program
        var isJournal: Int32 = 0
        let number = linux_open_system_log(&isJournal)
        socket = number >= 0 ? FileDescriptor(owning: number) : nil
        self.isJournal = isJournal != 0
    }

    /// Writes one message without waiting, and returns whether the log took it. It is lost if the log's queue is full. Of what is longer
    /// than 8 KiB the end is missing: an annotation may be quoted in it. `fields` reach the journal alone.
    @discardableResult
    public func write(_ severity: Severity, _ text: String, _ fields: [JournalField] = []) -> Bool {
        let text = Self.shortened(text)
        do {
            if isJournal {
                try socket?.write(entry(severity, text, fields), name: "the journal")
            } else {
                // RFC 3164; the receiver adds time and host.
                let priority = Self.systemDaemons * 8 + severity.rawValue
                try socket?.write("<\(priority)>\(program)[\(getpid())]: \(text)", name: "the system's log")
            }
        } catch { return false }
        return socket != nil
    }

    private func entry(_ severity: Severity, _ text: String, _ fields: [JournalField]) -> [UInt8] {
        var entry: [UInt8] = []
        entry.reserveCapacity(256 + text.utf8.count)
        JournalField("MESSAGE", text).append(to: &entry)
        JournalField("PRIORITY", "\(severity.rawValue)").append(to: &entry)
        JournalField("SYSLOG_FACILITY", "\(Self.systemDaemons)").append(to: &entry)
        JournalField("SYSLOG_IDENTIFIER", program).append(to: &entry)
        for field in fields { field.append(to: &entry) }
        return entry
    }

    /// The facility of RFC 5424.
    private static let systemDaemons = 3

    private static func shortened(_ text: String) -> String {
        let longest = 8192
        guard text.utf8.count > longest else { return text }
        return String(decoding: text.utf8.prefix(longest), as: UTF8.self) + " …"
    }
}

/// A field of a message in the journal, systemd.journal-fields(7).
public struct JournalField: Sendable {
    let name: String
    let value: String

    /// `name`: capital letters, digits and underscores, as the journal demands. `value`: any bytes.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// In the form of the native protocol that can hold a line break: the name, a line break, the number of bytes in 64 bits, little
    /// endian, the bytes, a line break.
    func append(to entry: inout [UInt8]) {
        entry += name.utf8
        entry.append(UInt8(ascii: "\n"))
        var count = UInt64(value.utf8.count)
        for _ in 0..<8 {
            entry.append(UInt8(truncatingIfNeeded: count))
            count >>= 8
        }
        entry += value.utf8
        entry.append(UInt8(ascii: "\n"))
    }
}
