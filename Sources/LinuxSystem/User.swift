/// The users of this host, `passwd(5)`.
public enum User {
    /// The absolute home directory of the user with that number; nil if `/etc/passwd` does not know.
    public static func home(_ number: UInt32) -> String? {
        let path = "/etc/passwd"
        let content: [UInt8]
        do { content = try FileDescriptor(opening: path, .read).readAll(limit: 1 << 20, name: path) } catch {
            return nil
        }
        for line in String(decoding: content, as: UTF8.self).parts(between: UInt8(ascii: "\n")) {
            let fields = line.parts(between: UInt8(ascii: ":"))
            if fields.count > 5, UInt32(fields[2]) == number { return fields[5].begins(with: "/") ? fields[5] : nil }
        }
        return nil
    }
}
