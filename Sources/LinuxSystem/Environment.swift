import CLinux

/// The process's environment.
public enum Environment {
    /// The variable's value, or nil if it is not set. The corresponding C function is `getenv(3)`.
    public static func variable(_ name: String) -> String? {
        name.withCString { getenv($0) }.map { String(cString: $0) }
    }
}

/// Pipes that nobody reads.
public enum BrokenPipes {
    /// Writing to one fails from now on and does not end the program. Another program that is executed gets the signal as this one
    /// got it, `signal(7)`.
    public static func ignore() { linux_ignore_broken_pipes() }
}

/// What a program prints when a precondition fails or it touches memory that it does not have.
public enum CrashReport {
    public enum Stream {
        case output
        case error
    }

    /// Installs the report. From then on a pipe that nobody reads does not end the program either.
    ///
    /// A crash writes `before`, its address in hexadecimal, `after`, the version, and `end`, and exits with `status`.
    public static func install(
        on stream: Stream, before: StaticString, after: StaticString, end: StaticString, status: Int32
    ) {
        linux_ignore_broken_pipes()
        let descriptor = stream == .output ? STDOUT_FILENO : STDERR_FILENO
        Product.version.withCString {
            linux_report_crash(descriptor, before.characters, after.characters, $0, end.characters, status)
        }
    }

    /// What is written, instead of a crash report, if there is not enough memory.
    public static func withoutMemory(_ text: StaticString) { linux_limit_memory(text.characters) }

    /// Sets the exit status of later crashes.
    public static func end(with status: Int32) { linux_set_crash_status(status) }

    /// Ends the process like a crash, with that text, if it runs longer.
    public static func limit(seconds: UInt32, _ text: StaticString) { linux_limit_time(seconds, text.characters) }
}

extension StaticString {
    /// The NUL-terminated text, which exists as long as the process.
    fileprivate var characters: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

/// Ends the process at once. The corresponding C function is `exit(3)`.
public func exitProcess(_ status: Int32) -> Never { exit(status) }
