import Keel
import LinuxSystem

/// Why a command failed, and what to do about it.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: KernelError) { description = error.description + (error.advice.map { "; \($0)" } ?? "") }
}

extension Policy {
    /// Loads the document at `path`, which must exist, or else the host's own, which may be missing.
    static func named(_ path: String?) throws(Failure) -> Policy {
        do throws(PolicyError) {
            if let path { return try Policy.load(path, isRequired: true) }
            return try .host()
        } catch { throw Failure(error.description) }
    }
}

/// Prints a result. What a terminal would obey is replaced, but where the text `isPainted` with sequences of our own: then
/// whoever painted it has replaced all others.
func write(_ text: String, isPainted: Bool = false) throws(Failure) {
    do { try FileDescriptor.writeStandardOutput(isPainted ? text : printableLines(text)) } catch {
        throw Failure(error)
    }
}

/// Tells a person something on standard error.
func say(_ text: String) { FileDescriptor.writeStandardError("evenkeel: \(printableLines(text))\n") }
