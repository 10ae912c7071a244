/// The groups of users of this host, `group(5)`.
public enum Group {
    /// The number of the group with that name, or which that text is; nil if there is none in `/etc/group`.
    public static func number(_ text: String) -> UInt32? {
        if let number = UInt32(text) { return number }
        let fields = AccountFile.fields(in: "/etc/group") { $0.count > 2 && $0[0].utf8.elementsEqual(text.utf8) }
        return fields.flatMap { UInt32($0[2]) }
    }
}
