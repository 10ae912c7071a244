import CLinux

/// What systemd offers to a service, `sd_notify(3)` and `sd_listen_fds(3)`. Nothing happens where it did not start the program.
public struct ServiceManager: Sendable {
    private let socket: String?
    /// How often it wants to hear of the service, in nanoseconds; nil if it does not.
    public let watchdog: UInt64?

    public init() {
        socket = Environment.variable("NOTIFY_SOCKET")
        let isMeant = Environment.variable("WATCHDOG_PID").flatMap { Int32($0) }.map { $0 == OwnProcess.id } ?? true
        let microseconds = Environment.variable("WATCHDOG_USEC").flatMap { UInt64($0) }
        // Half of it, as sd_watchdog_enabled(3) recommends.
        watchdog = isMeant ? microseconds.map { min($0, 1 << 40) * 500 } : nil
    }

    /// Tells it, for example, `READY=1`. A descriptor goes along with `FDSTORE=1`.
    public func tell(_ text: String, attaching descriptor: Int32? = nil) {
        if let socket { _ = linux_notify(socket, text, descriptor ?? -1) }
    }

    /// The descriptor that it kept under that name while the service was restarted; nil without one. To be asked once.
    public static func keptDescriptor(_ name: String) -> Int32? {
        guard Environment.variable("LISTEN_PID").flatMap({ Int32($0) }) == OwnProcess.id,
            let count = Environment.variable("LISTEN_FDS").flatMap({ Int32($0) }), count > 0,
            let names = Environment.variable("LISTEN_FDNAMES")
        else { return nil }
        var kept: Int32?
        for (place, each) in names.parts(between: UInt8(ascii: ":")).enumerated() where place < count {
            // They begin behind the standard streams.
            let number = 3 + Int32(place)
            if each == name && kept == nil { kept = number } else { _ = FileDescriptor(owning: number) }
        }
        return kept
    }
}
