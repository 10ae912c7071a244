import CLinux

/// An open file. It is closed when its owner goes, so an early throw leaks nothing.
///
/// Every descriptor is opened close-on-exec.
public struct FileDescriptor: ~Copyable {
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// How a file is opened; the corresponding C flags are those of `open(2)`.
    public enum Mode {
        case read
        case write
        /// Reads without waiting for a peer, for which opening a FIFO would otherwise wait.
        case readWithoutWaiting

        var flags: Int32 {
            switch self {
            case .read: O_RDONLY
            case .write: O_WRONLY
            case .readWithoutWaiting: O_RDONLY | O_NONBLOCK | O_NOCTTY
            }
        }
    }

    /// Opens the file at a path. The corresponding C function is `open(2)`.
    public init(opening path: String, _ mode: Mode) throws(KernelError) {
        let number = path.withCString { path in retryingOnInterrupt { linux_open(path, mode.flags) } }
        guard number >= 0 else { throw KernelError("open \(path)", .current) }
        self.number = number
    }

    /// Opens the file at a path of bytes with a terminating NUL.
    init(opening path: [UInt8], _ mode: Mode) throws(KernelError) {
        let number = path.withUnsafeBytes { path in
            retryingOnInterrupt { linux_open(path.baseAddress?.assumingMemoryBound(to: CChar.self), mode.flags) }
        }
        guard number >= 0 else {
            throw KernelError("open \(printable(String(decoding: path.dropLast(), as: UTF8.self)))", .current)
        }
        self.number = number
    }

    /// Opens a file to append to it, and creates it if it is missing, for its owner alone. A symbolic link is not followed
    /// (`ELOOP`), and anything but a regular file is refused (`EINVAL`).
    public init(appendingTo path: String) throws(KernelError) {
        let number = retryingOnInterrupt { linux_open_to_append(path) }
        guard number >= 0 else { throw KernelError("open \(path) for writing", .current) }
        self.number = number
    }

    /// Opens a file that an ordinary user may have made, to read it. No part of the path may be a symbolic link (`ELOOP`), and
    /// anything but a regular file is refused (`EINVAL`).
    public init(openingUsers path: String) throws(KernelError) {
        let number = retryingOnInterrupt { linux_open_file_without_links(path) }
        guard number >= 0 else { throw KernelError("open \(path)", .current) }
        self.number = number
    }

    /// Reads the rest of the file. `EFBIG` if there are more than `limit` bytes. `name` is for the error.
    public func readAll(limit: Int, name: String) throws(KernelError) -> [UInt8] {
        try Self.readAll(number, limit: limit, name: name)
    }

    /// Makes the next read start at the beginning. The corresponding C function is `lseek(2)`.
    public func rewind(name: String) throws(KernelError) {
        guard lseek(number, 0, SEEK_SET) == 0 else {
            throw KernelError("go back to the beginning of \(name)", .current)
        }
    }

    /// The text of the file at a path; a FIFO is not waited for. `EFBIG` if it has more bytes than `limit`.
    public static func text(of path: String, limit: Int) throws(KernelError) -> String {
        let content = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: limit, name: path)
        return String(decoding: content, as: UTF8.self)
    }

    /// All of standard input. `EFBIG` if it has more bytes than `limit`.
    public static func readStandardInput(limit: Int) throws(KernelError) -> [UInt8] {
        try readAll(STDIN_FILENO, limit: limit, name: "standard input")
    }

    /// Closes standard input, of which nothing more is wanted: where few files may be open, this is one more for others.
    public static func closeStandardInput() { close(STDIN_FILENO) }

    private static func readAll(_ number: Int32, limit: Int, name: String) throws(KernelError) -> [UInt8] {
        var content: [UInt8] = []
        while content.count <= limit {
            // Reads one byte beyond the limit, to distinguish a file of exactly that size from a larger one.
            let chunk = try read(number, min(limit + 1 - content.count, max(4096, content.count)), name: name)
            if chunk.isEmpty { return content }
            if content.isEmpty { content = chunk } else { content.append(contentsOf: chunk) }
        }
        throw KernelError("read \(name)", .tooBig, explanation: "more than the \(limit) bytes allowed")
    }

    /// The bytes that one `read(2)` returns; empty at the end.
    package func read(atMost count: Int, name: String) throws(KernelError) -> [UInt8] {
        try Self.read(number, count, name: name)
    }

    private static func read(_ number: Int32, _ room: Int, name: String) throws(KernelError) -> [UInt8] {
        var failure: Errno?
        let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            let got = retryingOnInterrupt { CLinux.read(number, buffer.baseAddress, room) }
            if got < 0 { failure = .current }
            count = max(got, 0)
        }
        if let failure { throw KernelError("read \(name)", failure) }
        return chunk
    }

    /// Writes every byte.
    public func write(_ text: String, name: String) throws(KernelError) {
        try Self.write(text, to: number, name: name)
    }

    /// Writes every byte to standard output, which is for results.
    public static func writeStandardOutput(_ text: String) throws(KernelError) {
        try write(text, to: STDOUT_FILENO, name: "standard output")
    }

    /// Writes every byte to standard output.
    package static func writeStandardOutput(_ bytes: [UInt8]) throws(KernelError) {
        let failure = bytes.withUnsafeBytes { write($0, to: STDOUT_FILENO) }
        if let failure { throw KernelError("write to standard output", failure) }
    }

    /// Writes to standard error, for people. A failure is ignored: nobody may be listening.
    public static func writeStandardError(_ text: String) {
        do { try write(text, to: STDERR_FILENO, name: "standard error") } catch {}
    }

    /// Writes every byte.
    package func write(_ bytes: [UInt8], name: String) throws(KernelError) {
        let failure = bytes.withUnsafeBytes { Self.write($0, to: number) }
        if let failure { throw KernelError("write to \(name)", failure) }
    }

    private static func write(_ text: String, to number: Int32, name: String) throws(KernelError) {
        var text = text
        let failure = text.withUTF8 { write(UnsafeRawBufferPointer($0), to: number) }
        if let failure { throw KernelError("write to \(name)", failure) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to number: Int32) -> Errno? {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = retryingOnInterrupt { CLinux.write(number, start, rest.count) }
            guard written > 0 else { return .current }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return nil
    }
}

extension FileDescriptor {
    /// Writes a file in one step: whoever reads it sees all of the text, or what was there before. The corresponding C function is
    /// `rename(2)`.
    public static func replace(_ path: String, with text: String) throws(KernelError) {
        let bytes = Array(text.utf8)
        guard linux_replace_file(path, "\(path).\(OwnProcess.id)", bytes, bytes.count) == 0 else {
            throw KernelError("write \(path)", .current)
        }
    }
}
