import Diagnosis

/// Colour and symbols for a terminal; elsewhere plain words.
struct Paint {
    let isColoured: Bool

    /// A finding's severity and name at the head of its lines.
    func head(_ severity: Finding.Severity, _ id: String) -> String {
        guard isColoured else { return "\(severity.rawValue): \(id)" }
        switch severity {
        case .error: return coloured("31;1", "✗ \(id)")
        case .warning: return coloured("33;1", "! \(id)")
        case .information: return coloured("36", "i \(id)")
        }
    }

    func verdict(_ isHealthy: Bool, _ text: String) -> String {
        isColoured ? coloured(isHealthy ? "32;1" : "31;1", "\(isHealthy ? "✓" : "✗") \(text)") : text
    }

    func place(_ text: String) -> String { isColoured ? coloured("1", text) : text }

    /// Select Graphic Rendition, ECMA-48 section 8.3.117.
    private func coloured(_ parameters: String, _ text: String) -> String { "\u{1b}[\(parameters)m\(text)\u{1b}[0m" }
}
