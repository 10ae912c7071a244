import Keel
import LinuxSystem

/// Why a command failed, and what to do about it.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: KernelError) { description = error.description + (error.advice.map { "; \($0)" } ?? "") }
}

extension HostPolicy {
    /// Reads the document at `path`, which must exist and be without fault, or else the host's own, whose faults are said and
    /// left out.
    ///
    /// - Throws: for a fault as well, where `onError` is "fail", unless `isOnlyLooking`.
    static func named(_ path: String?, isOnlyLooking: Bool = false) throws(Failure) -> HostPolicy {
        do throws(PolicyError) {
            let host: HostPolicy
            if let path { host = try .load(only: path) } else { host = try .load() }
            if let fault = host.faults.first, path != nil || (host.policy.onError == .fail && !isOnlyLooking) {
                throw fault
            }
            return host
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
