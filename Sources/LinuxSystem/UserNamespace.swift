/// The user namespace this program runs in, `user_namespaces(7)`.
public enum UserNamespace {
    /// The user id that its root has outside, by the first line of `/proc/self/uid_map`; nil in the initial one.
    public static func outerUser() -> UInt32? {
        let path = "/proc/self/uid_map"
        let content: [UInt8]
        do { content = try FileDescriptor(opening: path, .read).readAll(limit: 65536, name: path) } catch { return nil }
        let words = String(decoding: content, as: UTF8.self).parts(between: UInt8(ascii: "\n"), most: 2)[0].words
        // The initial user namespace maps every id to itself.
        guard words.count == 3, words != ["0", "0", "4294967295"], words[0] == "0" else { return nil }
        return UInt32(words[1])
    }
}
