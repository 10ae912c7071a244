import CLinux

/// An error number of the kernel, `errno(3)`.
public struct Errno: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The calling thread's `errno`, as the last failed call left it.
    public static var current: Errno { Errno(rawValue: linux_errno()) }

    public static let notPermitted = Errno(rawValue: EPERM)
    public static let noEntry = Errno(rawValue: ENOENT)
    public static let noSuchProcess = Errno(rawValue: ESRCH)
    public static let brokenPipe = Errno(rawValue: EPIPE)
    public static let interrupted = Errno(rawValue: EINTR)
    public static let inputOutput = Errno(rawValue: EIO)
    public static let noSuchAddress = Errno(rawValue: ENXIO)
    public static let again = Errno(rawValue: EAGAIN)
    public static let accessDenied = Errno(rawValue: EACCES)
    public static let busy = Errno(rawValue: EBUSY)
    public static let exists = Errno(rawValue: EEXIST)
    public static let notEmpty = Errno(rawValue: ENOTEMPTY)
    public static let notDirectory = Errno(rawValue: ENOTDIR)
    public static let loop = Errno(rawValue: ELOOP)
    public static let noDevice = Errno(rawValue: ENODEV)
    public static let networkDown = Errno(rawValue: ENETDOWN)
    public static let networkUnreachable = Errno(rawValue: ENETUNREACH)
    public static let hostUnreachable = Errno(rawValue: EHOSTUNREACH)
    public static let invalid = Errno(rawValue: EINVAL)
    public static let tooManyFiles = Errno(rawValue: EMFILE)
    public static let tooManyFilesOnHost = Errno(rawValue: ENFILE)
    public static let noMemory = Errno(rawValue: ENOMEM)
    public static let tooBig = Errno(rawValue: EFBIG)
    public static let overflow = Errno(rawValue: EOVERFLOW)
    public static let readOnly = Errno(rawValue: EROFS)
    public static let badMessage = Errno(rawValue: EBADMSG)
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    public static let restart = Errno(rawValue: ERESTART)
    public static let noBuffers = Errno(rawValue: ENOBUFS)
    public static let messageSize = Errno(rawValue: EMSGSIZE)
    public static let notSupported = Errno(rawValue: EOPNOTSUPP)
    public static let protocolNotSupported = Errno(rawValue: EPROTONOSUPPORT)
    public static let familyNotSupported = Errno(rawValue: EAFNOSUPPORT)

    /// Whether the same may succeed when there is more to be had, of files or of memory.
    public var isShortage: Bool { [.tooManyFiles, .tooManyFilesOnHost, .noMemory].contains(self) }

    /// `EPERM`; empty for a number that the C library does not know.
    public var symbol: String { String(cString: linux_errno_name(rawValue)) }

    /// The C library's sentence and the symbol: `Operation not permitted (EPERM)`.
    public var description: String {
        let symbol = String(cString: linux_errno_name(rawValue))
        // strerror(3) formats unknown numbers into a shared buffer; the known ones are constants.
        guard !symbol.isEmpty, let sentence = strerror(rawValue) else { return "error \(rawValue)" }
        return "\(String(cString: sentence)) (\(symbol))"
    }
}

/// Calls `body` again as long as a signal interrupts it. A negative result means failure, as in C.
package func retryingOnInterrupt<Result: SignedInteger>(_ body: () -> Result) -> Result {
    while true {
        let result = body()
        if result < 0 && Errno.current == .interrupted { continue }
        return result
    }
}
