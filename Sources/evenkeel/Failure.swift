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

/// Prints a result.
func write(_ text: String) throws(Failure) {
    do { try FileDescriptor.writeStandardOutput(text) } catch { throw Failure(error) }
}

/// Tells a person something on standard error.
func say(_ text: String) { FileDescriptor.writeStandardError("evenkeel: \(text)\n") }
