import Diagnosis
import LinuxSystem
import LinuxTools

/// How findings look: colour and symbols for a terminal, elsewhere plain words; and how much room there is.
struct Paint {
    let isColoured: Bool
    /// Symbols instead of words, with colour alone: only the two together say what is grave.
    private let hasSymbols: Bool
    /// The terminal's width; nil where there is none.
    let columns: Int?

    init(isColoured: Bool, hasSymbols: Bool? = nil, columns: Int? = nil) {
        self.isColoured = isColoured
        self.hasSymbols = hasSymbols ?? isColoured
        self.columns = columns
    }

    /// As standard output shows it.
    static var ofOutput: Paint {
        Paint(
            isColoured: Terminal.hasColor, hasSymbols: Terminal.hasColor && Terminal.hasUnicode,
            columns: Terminal.columns)
    }

    /// A finding's severity and name at the head of its lines.
    func head(_ severity: Finding.Severity, _ id: String) -> String {
        let word = hasSymbols ? "\(symbol(severity)) \(id)" : "\(severity.rawValue): \(id)"
        return coloured(color(severity), word)
    }

    private func symbol(_ severity: Finding.Severity) -> String {
        switch severity {
        case .error: "✗"
        case .warning: "!"
        case .information: "i"
        }
    }

    private func color(_ severity: Finding.Severity) -> String {
        switch severity {
        case .error: "31;1"
        case .warning: "33;1"
        case .information: "36"
        }
    }

    func verdict(_ isHealthy: Bool, _ text: String) -> String {
        coloured(isHealthy ? "32;1" : "31;1", (hasSymbols ? isHealthy ? "✓ " : "✗ " : "") + text)
    }

    /// The mark of what is well.
    var well: String { coloured("32", hasSymbols ? "✓" : "ok") }

    func place(_ text: String) -> String { coloured("1", text) }

    /// Select Graphic Rendition, ECMA-48 section 8.3.117.
    private func coloured(_ parameters: String, _ text: String) -> String {
        isColoured ? "\u{1b}[\(parameters)m\(text)\u{1b}[0m" : text
    }
}
