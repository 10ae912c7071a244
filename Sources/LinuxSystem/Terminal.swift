import CLinux

/// Whether a stream is a terminal that a person looks at.
public enum Terminal {
    public static var isStandardInput: Bool { isatty(STDIN_FILENO) == 1 }

    public static var isStandardOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    public static var isStandardError: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether it draws where it is told to, by its name in `TERM`.
    public static var movesCursor: Bool {
        guard let name = Environment.variable("TERM") else { return false }
        return !name.isEmpty && name != "dumb"
    }

    /// Whether output may be coloured: a terminal, and nobody asked for none (https://no-color.org).
    public static var hasColor: Bool {
        isStandardOutput && movesCursor && (Environment.variable("NO_COLOR") ?? "").isEmpty
    }

    /// Of standard output's, in characters; 24 by 80 where it does not say.
    public static var size: (rows: Int, columns: Int) {
        var (rows, columns): (Int32, Int32) = (24, 80)
        _ = linux_terminal_size(STDOUT_FILENO, &rows, &columns)
        return (Int(rows), Int(columns))
    }
}
