import LinuxSystem

/// Why nothing could be done.
struct ApplyError: Error {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: KernelError) { description = error.description + (error.advice.map { "; \($0)" } ?? "") }
}
