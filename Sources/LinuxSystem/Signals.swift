import CLinux

/// The signals that a service gets, `signalfd(2)`. They do not end the program any more.
public struct Signals: ~Copyable {
    public enum Signal: Sendable {
        /// SIGTERM, SIGINT, SIGQUIT.
        case end
        /// SIGHUP.
        case reload
        case other
    }

    private let file: FileDescriptor

    public init() throws(KernelError) {
        let number = linux_open_signals()
        guard number >= 0 else { throw KernelError("wait for signals", .current) }
        file = FileDescriptor(owning: number)
    }

    public var descriptor: Int32 { file.number }

    /// The next signal that is pending; nil if none is.
    public func next() -> Signal? {
        switch linux_read_signal(file.number) {
        case 0: nil
        case SIGTERM, SIGINT, SIGQUIT: .end
        case SIGHUP: .reload
        default: .other
        }
    }
}
