import CLinux

/// What the running kernel says of itself, `uname(2)`.
public struct KernelName: Hashable, Sendable {
    /// The host's name.
    public let node: String
    /// `6.1.0-18-amd64`
    public let release: String
    /// When and how it was built.
    public let version: String
    /// `x86_64`
    public let machine: String

    package init(node: String, release: String, version: String, machine: String) {
        (self.node, self.release, self.version, self.machine) = (node, release, version, machine)
    }

    /// Nil if it cannot be read.
    public static var running: KernelName? {
        var name = utsname()
        guard uname(&name) == 0 else { return nil }
        return KernelName(
            node: text(name.nodename), release: text(name.release), version: text(name.version),
            machine: text(name.machine))
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
