import CLinux
public import LinuxSystem

/// The kernel's log, `/dev/kmsg`; the format is in the kernel's `Documentation/ABI/testing/dev-kmsg`.
public enum KernelLog {
    public struct Record: Hashable, Sendable {
        /// Seconds since boot.
        public let time: Int
        public let text: String
    }

    /// The records whose text contains these words, oldest first, as far back as the kernel keeps them.
    ///
    /// - Throws: `EPERM` if only root may read the log, `ENOENT` if there is none, as in a container.
    public static func records(with words: String) throws(KernelError) -> [Record] {
        let path = "/dev/kmsg"
        let log = try FileDescriptor(opening: path, .readWithoutWaiting)
        var records: [Record] = []
        // One read returns one record; the kernel refuses a buffer that is too small for it.
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = retryingOnInterrupt { read(log.number, &buffer, buffer.count) }
            if count == 0 { return records }
            if count < 0 {
                // EPIPE: the next record was overwritten before it was read. Continue with the oldest.
                if Errno.current == .brokenPipe { continue }
                if Errno.current == .again { return records }
                throw KernelError("read \(path)", .current)
            }
            if let record = Record(buffer[..<count]), record.text.holds(words) { records.append(record) }
        }
    }
}

extension KernelLog.Record {
    /// Parses `priority,sequence,microseconds,flags;text`. Lines with more about the record may follow and are ignored.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let semicolon = bytes.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let fields = bytes[..<semicolon].split(separator: UInt8(ascii: ","))
        guard fields.count >= 3, let time = Int(String(decoding: fields[2], as: UTF8.self)) else { return nil }
        let line = bytes[(semicolon + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        self.init(time: time / 1_000_000, text: String(decoding: line, as: UTF8.self))
    }
}
