import CLinux

/// A kernel parameter under `/proc/sys`; those below `net` are the calling thread's network namespace's.
///
/// See the kernel's `Documentation/networking/ip-sysctl.rst`.
public struct Sysctl: Hashable, Sendable, CustomStringConvertible {
    public let path: String

    /// `path` is relative to `/proc/sys`: `net/netfilter/nf_conntrack_max`.
    public init(_ path: String) { self.path = "/proc/sys/\(path)" }

    /// A parameter of one interface, or of `all` or `default`: `net/ipv4/conf/eth0.5/rp_filter`.
    ///
    /// The name is one path component, dots and all. Nil for a name that could not be one, as an interface's never is.
    public init?(family: String, interface: String, _ key: String) {
        guard !interface.isEmpty, interface != ".", interface != "..", !interface.utf8.contains(UInt8(ascii: "/"))
        else { return nil }
        self.init("net/\(family)/conf/\(interface)/\(key)")
    }

    public var description: String { path }

    /// Its last component: `nf_conntrack_max`.
    public var name: String { path.parts(between: UInt8(ascii: "/")).last ?? path }

    /// The number it holds.
    public func read() throws(KernelError) -> Int {
        // One read gives all of it: procfs writes a parameter out whole.
        let content = try FileDescriptor(opening: path, .read).read(atMost: 64, name: path)
        var digits = content[...]
        while let last = digits.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { digits.removeLast() }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
            throw KernelError("read \(path)", .invalid, explanation: "it does not hold one number")
        }
        return value
    }

    /// The number it holds, or nil where the kernel has no such parameter (its module is not loaded).
    public func readIfPresent() throws(KernelError) -> Int? {
        do { return try read() } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    /// What the kernel would say to whoever writes to it; nil if it may be written. The corresponding C function is
    /// `access(2)`.
    public var refusalToWrite: KernelError? {
        access(path, W_OK) == 0 ? nil : KernelError("write to \(path)", .current)
    }

    public func write(_ value: Int) throws(KernelError) {
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: path, .write) } catch {
            throw error.attempting("set \(path) to \(value)")
        }
        try file.write("\(value)", name: path)
    }
}
