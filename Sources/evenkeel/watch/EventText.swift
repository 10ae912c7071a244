import LinuxSystem
import LinuxTools
import WatchClient

extension WatcherEvent {
    /// A line for people; more of them if it is wider than so many columns. Without a number it is never broken. Control characters are
    /// replaced.
    func text(columns: Int?, hasColor: Bool) -> String {
        let name = printable(container ?? "host")
        let head = "\(clock)  \(name.padded(to: Self.nameWidth))  "
        let text = printable(text)
        let lines = columns.map { wrapped(text, after: head, columns: $0) } ?? [head + text]
        guard hasColor, let color else { return lines.map { $0 + "\n" }.joined() }
        return lines.map { "\u{1b}[\(color)m\($0)\u{1b}[0m\n" }.joined()
    }

    /// Of the beginning of an id.
    private static let nameWidth = 12

    /// The local time of day.
    private var clock: String {
        guard let seconds = LocalTime.seconds(time) else { return printable(time) }
        return String(LocalTime.text(seconds).suffix(8))
    }

    /// Select Graphic Rendition, ECMA-48 section 8.3.117; nil for what needs no eye.
    private var color: String? {
        switch kind {
        case "failure": "31;1"
        case "contested", "declined": "33;1"
        case "remedy", "proposal": "32"
        case "state", "ended", "resync": "2"
        default: nil
        }
    }
}
