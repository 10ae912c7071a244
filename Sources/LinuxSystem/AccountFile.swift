/// Files of accounts, a line each with colons between its fields: `passwd(5)`, `group(5)`.
enum AccountFile {
    /// The fields of the first line that is meant; nil if there is none, or no such file.
    static func fields(in path: String, where isMeant: ([String]) -> Bool) -> [String]? {
        let content: [UInt8]
        do { content = try FileDescriptor(opening: path, .read).readAll(limit: 1 << 20, name: path) } catch {
            return nil
        }
        for line in String(decoding: content, as: UTF8.self).parts(between: UInt8(ascii: "\n")) {
            let fields = line.parts(between: UInt8(ascii: ":"))
            if isMeant(fields) { return fields }
        }
        return nil
    }
}
