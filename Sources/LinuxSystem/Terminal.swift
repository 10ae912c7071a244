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

    /// The size of standard output's terminal in characters; 24 by 80 if it is unknown.
    public static var size: (rows: Int, columns: Int) {
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = linux_terminal_size(STDOUT_FILENO, &rows, &columns)
        return (Int(rows), Int(columns))
    }
}
