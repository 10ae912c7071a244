import CLinux
public import LinuxSystem

/// What a terminal has room for, and what it can show.
extension Terminal {
    /// The width of standard output's terminal, or what `COLUMNS` says of it; nil where there is no terminal: then the text is a
    /// program's, and the same whoever runs it.
    public static var columns: Int? { isStandardOutput ? columns(STDOUT_FILENO) : nil }

    /// The same of standard error.
    public static var errorColumns: Int? { isStandardError ? columns(STDERR_FILENO) : nil }

    /// What a screen has room for: a line is a cell shorter than a row, whose rest is cleared behind it.
    public static var screenColumns: Int { min(columns ?? .max, size.columns) - 1 }

    /// No text is readable in less.
    private static let least = 20

    private static func columns(_ descriptor: Int32) -> Int {
        let wish = Environment.variable("COLUMNS").flatMap { Int($0) } ?? 0
        if wish > 0 { return max(wish, least) }
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = linux_terminal_size(descriptor, &rows, &columns)
        return max(Int(columns), least)
    }

    /// Whether the locale's characters are Unicode's, `locale(7)`: the first of these variables that is not empty says so.
    public static var hasUnicode: Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { Environment.variable($0) }
        guard let locale = names.first(where: { !$0.isEmpty })?.lowercased() else { return false }
        return locale.contains("utf-8") || locale.contains("utf8")
    }

    /// The text as the terminal can show it: without Unicode, other characters than ASCII's become `?`.
    public static func shown(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }), !hasUnicode else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { isSeen($0) }.map { $0.isASCII ? $0 : "?" }))
    }

    /// A mark that combines with the letter before it is not seen by itself.
    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII || String(scalar).cells > 0 }
}
