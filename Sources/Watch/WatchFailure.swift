import Keel
import LinuxSystem

/// Why the watcher cannot begin.
public struct WatchFailure: Error, Sendable {
    public let text: String
    /// The exit status: 78 (EX_CONFIG) if only a person can mend it.
    public let status: Int32

    init(_ error: KernelError) {
        text = error.description + (error.advice.map { "; \($0)" } ?? "")
        status = 1
    }

    init(_ error: PolicyError) { (text, status) = (error.description, 78) }
}
