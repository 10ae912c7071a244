import Netlink

extension String {
    /// The text quoted as one word for a POSIX shell.
    package var quotedForShell: String {
        utf8.allSatisfy(isPlainForShell)
            ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension InterfaceName {
    /// The name quoted as one word for bash: bytes that are not printable ASCII are escaped, `$'e\xff'`.
    var quotedForShell: String {
        let isPrintable = { (byte: UInt8) in (0x20..<0x7f).contains(byte) }
        if bytes.allSatisfy(isPrintable) { return text.quotedForShell }
        let parts = bytes.map { byte in
            isPrintable(byte) && byte != UInt8(ascii: "'") && byte != UInt8(ascii: "\\")
                ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "$'\(parts.joined())'"
    }
}

private func isPlainForShell(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
    default: false
    }
}
