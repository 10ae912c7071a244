/// A refusal by the kernel: one type for every layer that talks to it.
///
/// `description` reads `cannot add default via 10.0.0.1 dev eth0: Network is unreachable (ENETUNREACH): Nexthop has
/// invalid gateway`: what was attempted, on what, what the kernel said.
public struct KernelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted and on what, as it continues "cannot …".
    public let attempt: String
    public let errno: Errno
    /// The kernel's own sentence (`NLMSGERR_ATTR_MSG` of an extended acknowledgement), or ours if it gave none.
    public let explanation: String?
    /// The refused message of a batch, counted from 0; nil outside of batches.
    public let batchIndex: Int?

    public init(_ attempt: String, _ errno: Errno, explanation: String? = nil, batchIndex: Int? = nil) {
        self.attempt = attempt
        self.errno = errno
        self.explanation = explanation
        self.batchIndex = batchIndex
    }

    public var description: String {
        let said = explanation.map { ": \($0)" } ?? ""
        return "cannot \(attempt): \(errno)\(said)"
    }

    /// The same refusal of another attempt: what the caller wanted to do.
    public func attempting(_ attempt: String) -> KernelError {
        KernelError(attempt, errno, explanation: explanation, batchIndex: batchIndex)
    }

    /// What a person can do about it; nil if there is no general advice.
    public var advice: String? {
        switch errno {
        case .notPermitted, .accessDenied:
            "run it as root, with CAP_NET_ADMIN and CAP_SYS_ADMIN over the network namespace"
        case .readOnly:
            "remount /proc/sys writable where this runs, or set the value from outside"
        case .protocolNotSupported, .familyNotSupported, .notSupported:
            "the running kernel lacks this; load its module or use a kernel built with it"
        case .noDevice where attempt == ProcFileSystem.attempt: "mount it: mount -t proc proc /proc"
        case .tooManyFiles: "let it have more open files (RLIMIT_NOFILE)"
        default: nil
        }
    }
}
