import JSON
public import LinuxSystem

/// What the watcher does, as it does it.
public struct WatcherEvents: ~Copyable {
    private let connection: FileDescriptor
    private let path: String
    private var received: [UInt8]

    /// The longest line that is read, in bytes.
    private static let longestLine = 1 << 16

    init(_ connection: consuming FileDescriptor, _ path: String, received: [UInt8]) {
        self.connection = connection
        (self.path, self.received) = (path, received)
    }

    /// Waits for the next event. Nil once the watcher has ended, or has hung up on a reader that was too slow.
    ///
    /// - Throws: `EBADMSG` if the line is no event.
    public mutating func next() throws(KernelError) -> WatcherEvent? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeFirst(end + 1) }
                return try event(Array(received[..<end]))
            }
            guard received.count <= Self.longestLine else { throw fault("a line is too long") }
            // A read alone would give up after a while.
            if Poll.wait([connection.number], milliseconds: -1).isEmpty { continue }
            let bytes = try connection.read(atMost: Self.longestLine, name: path)
            if bytes.isEmpty { return nil }
            received += bytes
        }
    }

    private func event(_ line: [UInt8]) throws(KernelError) -> WatcherEvent {
        let json: JSON
        do { json = try JSON(parsing: line) } catch { throw fault("\(error)") }
        guard let event = WatcherEvent(json, line: String(decoding: line, as: UTF8.self)) else {
            throw fault("a line is no event")
        }
        return event
    }

    private func fault(_ reason: String) -> KernelError {
        KernelError("understand the watcher at \(path)", .badMessage, explanation: reason)
    }
}

/// Something that the watcher did or saw.
public struct WatcherEvent: Hashable, Sendable {
    /// The JSON object as it came, in one line.
    public let line: String
    /// RFC 3339, in UTC.
    public let time: String
    /// What kind it is: `remedy`, `failure`, `contested` …
    public let kind: String
    /// Nil if it is about the host.
    public let container: String?
    /// For people to read.
    public let text: String

    /// Nil if a member is missing.
    init?(_ json: JSON, line: String) {
        guard let time = json["time"]?.string, let kind = json["event"]?.string, let text = json["text"]?.string else {
            return nil
        }
        self.line = line
        (self.time, self.kind, self.text) = (time, kind, text)
        container = json["container"]?.string
    }
}
