import CLinux

/// Tells which names appear in folders, `inotify(7)`.
public struct FolderEvents: ~Copyable {
    private let file: FileDescriptor

    public struct Event: Sendable {
        public enum Kind: Sendable {
            /// A name appeared.
            case new
            /// The folder is watched no more.
            case gone
            /// Events are lost.
            case lost
        }

        public let kind: Kind
        /// The folder's number, as `watch` returned it.
        public let folder: Int32
        public let name: String
    }

    public init() throws(KernelError) {
        let number = linux_open_folder_events()
        guard number >= 0 else { throw KernelError("watch folders", .current) }
        file = FileDescriptor(owning: number)
    }

    public var descriptor: Int32 { file.number }

    /// Watches a folder. Returns its number, or nil if it cannot be watched, as one that does not exist.
    public func watch(_ path: String) -> Int32? {
        let number = linux_watch_folder(file.number, path)
        return number >= 0 ? number : nil
    }

    /// What has happened; does not wait.
    public func read() -> [Event] {
        var events: [Event] = []
        // NAME_MAX and the header fit many times. A bound: others may go on and on.
        withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
            for _ in 0..<64 {
                let count = linux_read_folder_events(file.number, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                var folder: Int32 = 0
                var what: UInt32 = 0
                var name: UnsafePointer<CChar>?
                while true {
                    let size = linux_folder_event(rest.baseAddress, rest.count, &folder, &what, &name)
                    if size == 0 { break }
                    events.append(
                        Event(kind: Self.kind(what), folder: folder, name: name.map { String(cString: $0) } ?? ""))
                    rest = UnsafeRawBufferPointer(rebasing: rest[size...])
                }
            }
        }
        return events
    }

    private static func kind(_ what: UInt32) -> Event.Kind {
        switch what {
        case UInt32(LINUX_FOLDER_NEW): .new
        case UInt32(LINUX_FOLDER_GONE): .gone
        default: .lost
        }
    }
}
