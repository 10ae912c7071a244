import CLinux

/// Whether a standard stream is a terminal that a person looks at.
public enum Terminal {
    public static var isStandardInput: Bool { isatty(STDIN_FILENO) == 1 }

    public static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    public static var isStandardError: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether the terminal can move its cursor, by its name in `TERM`.
    public static var movesCursor: Bool {
        guard let name = Environment.variable("TERM") else { return false }
        return !name.isEmpty && name != "dumb"
    }

    /// Whether output may be coloured: it goes to a terminal, and nobody has set NO_COLOR (https://no-color.org).
    public static var hasColor: Bool {
        isStandardOutput && movesCursor && (Environment.variable("NO_COLOR") ?? "").isEmpty
    }

    /// Whether characters beyond ASCII may be printed, by the first of LC_ALL, LC_CTYPE and LANG that is set, locale(7).
    public static var hasUnicode: Bool {
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].lazy
            .compactMap { Environment.variable($0) }.first { !$0.isEmpty } ?? ""
        let encoding = locale.parts(between: UInt8(ascii: ".")).last ?? ""
        return ["UTF-8", "utf8", "UTF8", "utf-8"].contains { encoding.begins(with: $0) }
    }

    /// The size of standard output's terminal in characters; 24 by 80 if it is unknown.
    public static var size: (rows: Int, columns: Int) {
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = linux_terminal_size(STDOUT_FILENO, &rows, &columns)
        return (Int(rows), Int(columns))
    }
}
