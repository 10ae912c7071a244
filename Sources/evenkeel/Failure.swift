import Keel
import LinuxSystem
import LinuxTools

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

/// Prints a result for people, no line wider than the terminal. What a terminal would obey is replaced, but where the text `isPainted`
/// with sequences of our own: then whoever painted it has replaced all others.
func write(_ text: String, isPainted: Bool = false) throws(Failure) {
    let text = isPainted ? text : printableLines(text)
    guard let columns = Terminal.columns else { return try print(text) }
    try print(Terminal.shown(fitted(text, columns: columns)))
}

/// Prints a result for programs: as it is, but for what a terminal would obey.
func write(data text: String) throws(Failure) { try print(printableLines(text)) }

private func print(_ text: String) throws(Failure) {
    do { try FileDescriptor.writeStandardOutput(text) } catch { throw Failure(error) }
}

/// Tells a person something on standard error.
func say(_ text: String) {
    let text = "evenkeel: \(printableLines(text))\n"
    guard let columns = Terminal.errorColumns else { return FileDescriptor.writeStandardError(text) }
    FileDescriptor.writeStandardError(Terminal.shown(fitted(text, columns: columns)))
}
