import LinuxSystem
import LinuxTools

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
        if isShown { FileDescriptor.writeStandardError("\r\(text(done))") }
    }

    /// In a row of the terminal's, which a longer one would leave.
    private func text(_ done: Int) -> String {
        String("\(done) of \(total) \(noun)".prefix((Terminal.errorColumns ?? 80) - 1))
    }

    func clear() {
        // Blanks, since not every terminal knows a sequence that erases.
        let blanks = String(repeating: " ", count: text(total).count)
        if isShown { FileDescriptor.writeStandardError("\r\(blanks)\r") }
    }
}
