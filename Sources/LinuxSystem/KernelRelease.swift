import CLinux

/// The running kernel's release, `uname(2)`.
public struct KernelRelease: Hashable, Sendable, Comparable {
    public let major: Int
    public let minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads text such as `6.1.0-18-amd64`; nil if it does not begin with two numbers.
    public init?(_ text: String) {
        let parts = text.parts(between: UInt8(ascii: "."))
        guard parts.count >= 2, let major = Int(parts[0]) else { return nil }
        let digits = parts[1].utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let minor = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.init(major, minor)
    }

    /// The running kernel's release; nil if it cannot be read.
    public static var running: KernelRelease? {
        var name = utsname()
        guard uname(&name) == 0 else { return nil }
        let text = withUnsafeBytes(of: name.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return KernelRelease(text)
    }

    public static func < (left: KernelRelease, right: KernelRelease) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
