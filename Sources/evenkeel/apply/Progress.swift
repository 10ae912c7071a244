import LinuxSystem

/// A line that counts up on a terminal; prints nothing elsewhere.
struct Progress {
    private let total: Int
    private let noun: String
    private let isShown: Bool

    init(of total: Int, _ noun: String = "containers") {
        self.total = total
        self.noun = noun
        // A few are done before anybody could read the line.
        isShown = total > 20 && Terminal.isStandardError
    }

    func show(_ done: Int) {
        if isShown { FileDescriptor.writeStandardError("\r\(done) of \(total) \(noun)") }
    }

    func clear() {
        // CSI K erases to the end of the line, ECMA-48 section 8.3.41.
        if isShown { FileDescriptor.writeStandardError("\r\u{1b}[K") }
    }
}
