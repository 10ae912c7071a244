/// The users of this host, `passwd(5)`.
public enum User {
    /// The absolute home directory of the user with that number; nil if `/etc/passwd` does not know.
    public static func home(_ number: UInt32) -> String? {
        let fields = AccountFile.fields(in: "/etc/passwd") { $0.count > 5 && UInt32($0[2]) == number }
        return fields.flatMap { $0[5].begins(with: "/") ? $0[5] : nil }
    }
}
