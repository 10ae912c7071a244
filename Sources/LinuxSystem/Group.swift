/// The groups of users of this host, `group(5)`.
public enum Group {
    /// The number of the group with that name, or which that text is; nil if there is none in `/etc/group`.
    public static func number(_ text: String) -> UInt32? {
        if let number = UInt32(text) { return number }
        let path = "/etc/group"
        let content: [UInt8]
        do { content = try FileDescriptor(opening: path, .read).readAll(limit: 1 << 20, name: path) } catch {
            return nil
        }
        for line in String(decoding: content, as: UTF8.self).parts(between: UInt8(ascii: "\n")) {
            let fields = line.parts(between: UInt8(ascii: ":"))
            if fields.count > 2, fields[0].utf8.elementsEqual(text.utf8) { return UInt32(fields[2]) }
        }
        return nil
    }
}
