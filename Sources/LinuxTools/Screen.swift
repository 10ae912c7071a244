import CLinux
public import LinuxSystem

/// A full-screen display on the terminal at standard output. It restores the terminal when the value goes, when the process is
/// stopped, and on the signals that end the process.
///
/// The sequences are those of ECMA-48 and xterm's alternate screen.
public struct Screen: ~Copyable {
    /// The event that ended a wait.
    public enum Event: Equatable, Sendable {
        case timeout
        /// The size has changed, or the screen was left and entered again.
        case resized
        /// The user pressed `q` or Ctrl-C.
        case quit
        /// The user pressed another key; a letter is told as a small one.
        case key(UInt8)
        /// This signal told the process to end.
        case ended(Int32)
    }

    private let signals: FileDescriptor
    private let hasKeys: Bool

    /// Takes over the terminal.
    public init() throws(KernelError) {
        let number = linux_open_signals()
        guard number >= 0 else { throw KernelError("wait for signals", .current) }
        // Locals first: a throw after the first field is set would leave a half-made value.
        let signals = FileDescriptor(owning: number)
        let hasKeys = Terminal.isStandardInput
        try Self.enter(hasKeys)
        self.signals = signals
        self.hasKeys = hasKeys
    }

    deinit { Self.leave(hasKeys) }

    private static func enter(_ hasKeys: Bool) throws(KernelError) {
        if hasKeys { _ = linux_terminal_read_keys(STDIN_FILENO) }
        do { try FileDescriptor.writeStandardOutput("\u{1b}[?1049h\u{1b}[?25l") } catch {
            leave(hasKeys)
            throw error
        }
    }

    private static func leave(_ hasKeys: Bool) {
        do { try FileDescriptor.writeStandardOutput("\u{1b}[?25h\u{1b}[?1049l") } catch {}
        if hasKeys { linux_terminal_restore(STDIN_FILENO) }
    }

    /// Draws the lines from the top; those that do not fit are left out. Each must be shorter than a row of the terminal, or
    /// clearing the rest of the row would clear its last character.
    public func draw(_ lines: [String]) throws(KernelError) {
        var text = "\u{1b}[H"
        for (place, line) in lines.prefix(Terminal.size.rows).enumerated() {
            text += place == 0 ? line : "\r\n" + line
            text += "\u{1b}[K"
        }
        try FileDescriptor.writeStandardOutput(Terminal.shown(text) + "\u{1b}[J")
    }

    /// Waits for an event, at most this long.
    public func wait(milliseconds: Int) throws(KernelError) -> Event {
        let deadline = Timestamp.monotonic + milliseconds
        while true {
            let left = max(deadline - Timestamp.monotonic, 0)
            let ready = linux_wait_to_read(
                signals.number, hasKeys ? STDIN_FILENO : -1, Int32(clamping: left))
            if ready == 0 { return .timeout }
            if ready < 0 && Errno.current != .interrupted { throw KernelError("wait for the terminal", .current) }
            if ready & 1 != 0, let event = try takeSignal() { return event }
            if ready & 2 != 0 { return readKey() }
        }
    }

    private func takeSignal() throws(KernelError) -> Event? {
        let number = linux_read_signal(signals.number)
        switch number {
        case 0: return nil
        case SIGINT: return .quit
        case SIGWINCH: return .resized
        case SIGTSTP:
            Self.leave(hasKeys)
            linux_stop()
            try Self.enter(hasKeys)
            return .resized
        default: return .ended(number)
        }
    }

    /// A terminal that is gone reads as its end.
    private func readKey() -> Event {
        var key: UInt8 = 0
        guard read(STDIN_FILENO, &key, 1) == 1 else { return .quit }
        return key | 0x20 == UInt8(ascii: "q") ? .quit : .key(key | 0x20)
    }
}

extension Screen.Event {
    /// For `ended`, ends the process as the signal would have. To be called once the screen has gone.
    public func endProcess() {
        if case .ended(let number) = self { linux_end_by_signal(number) }
    }
}
