import CLinux

/// A program that listens on a socket in the file system, `unix(7)`.
public enum UnixSocket {
    /// Sends a request and returns all that is answered until the other end closes. It is given two seconds for each part.
    public static func ask(_ path: String, _ request: String, limit: Int) throws(KernelError) -> [UInt8] {
        let number = linux_connect(path, 2)
        guard number >= 0 else { throw KernelError("connect to \(path)", .current) }
        let socket = FileDescriptor(owning: number)
        try socket.write(request, name: path)
        return try socket.readAll(limit: limit, name: path)
    }
}
