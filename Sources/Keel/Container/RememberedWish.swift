import LinuxSystem
import Netlink

// The kernel remembers which interface a container chose, as a route of that interface. The words of the wish are text, for which it
// has no place; they are needed when a network comes back, or comes only later. So they are in a file with the namespace's identity.

/// The words of a container's wish for a default route.
enum RememberedWish {
    private static let folder = "\(RunDirectory.path)/wishes"

    /// A file a namespace. The kernel gives the number of one that has gone to a later one, so the cookie in its first line tells
    /// whose it is.
    private static func path(_ namespace: borrowing NetworkNamespace) -> String {
        "\(folder)/\(namespace.identity.inode)"
    }

    /// Remembers the words, or forgets what was remembered if there are none.
    ///
    /// - Throws: `EOPNOTSUPP` before Linux 5.14, which has no cookies.
    static func write(_ words: [Preference], of container: borrowing Container) throws(KernelError) {
        guard let cookie = container.socket.namespaceCookie else {
            throw KernelError("remember the container's wish", .notSupported, explanation: "Linux 5.14 and later can")
        }
        try RunDirectory.make()
        try RunDirectory.make(folder, mode: 0o700)
        var text = "\(cookie)\n"
        for word in words { text += "\(word.word)\n" }
        try FileDescriptor.replace(path(container.namespace), with: text)
    }

    /// The words; empty if none are remembered for this namespace.
    static func read(of container: borrowing Container) -> [Preference] {
        guard let cookie = container.socket.namespaceCookie else { return [] }
        let path = path(container.namespace)
        do throws(KernelError) {
            let file = try FileDescriptor(openingUsers: path)
            guard try FileStatus(of: file, name: path).isRoots else { return [] }
            let text = String(decoding: try file.readAll(limit: 1 << 17, name: path), as: UTF8.self)
            let lines = text.parts(between: UInt8(ascii: "\n"))
            guard UInt64(lines[0]) == cookie else { return [] }
            return lines.dropFirst().compactMap { Preference($0) }
        } catch { return [] }
    }
}
