import CLinux

/// A kernel parameter under `/proc/sys`. Those below `net` belong to the calling thread's network namespace.
///
/// See the kernel's `Documentation/networking/ip-sysctl.rst`.
public struct Sysctl: Hashable, Sendable, CustomStringConvertible {
    /// The path with a terminating NUL. Bytes, since an interface's name need not be text.
    private let bytes: [UInt8]

    /// `path` is relative to `/proc/sys`: `net/netfilter/nf_conntrack_max`.
    public init(_ path: String) { bytes = Array("/proc/sys/\(path)".utf8) + [0] }

    /// The parameter `key` in the folder `component`, one path component of any bytes. Nil for a component that could lead
    /// elsewhere, as an interface's name cannot.
    package init?(_ folder: String, component: UnsafeRawBufferPointer, _ key: String) {
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        guard !component.isEmpty, !component.contains(slash), !component.contains(0),
            component.count > 2 || !component.allSatisfy({ $0 == dot })
        else { return nil }
        var bytes = Array("/proc/sys/\(folder)/".utf8)
        bytes += component
        bytes.append(slash)
        bytes += key.utf8
        bytes.append(0)
        self.bytes = bytes
    }

    /// Whether its folder has that name, as an interface's parameters do.
    package func isIn(folder name: UnsafeRawBufferPointer) -> Bool {
        let slash = UInt8(ascii: "/")
        guard let end = bytes.lastIndex(of: slash), let start = bytes[..<end].lastIndex(of: slash) else { return false }
        return bytes[(start + 1)..<end].elementsEqual(name)
    }

    /// The path for people and files. Bytes that are not UTF-8 become U+FFFD.
    public var path: String { String(decoding: bytes.dropLast(), as: UTF8.self) }

    public var description: String { printable(path) }

    /// Its last component: `nf_conntrack_max`.
    public var name: String { path.parts(between: UInt8(ascii: "/")).last ?? path }

    /// The number it holds.
    public func read() throws(KernelError) -> Int {
        // One read is enough: procfs writes a parameter out whole.
        let content = try FileDescriptor(opening: bytes, .read).read(atMost: 64, name: description)
        var digits = content[...]
        while let last = digits.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: " ") { digits.removeLast() }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
            throw KernelError("read \(self)", .invalid, explanation: "it does not hold one number")
        }
        return value
    }

    /// The number it holds; nil if the kernel has no such parameter (its module is not loaded).
    public func readIfPresent() throws(KernelError) -> Int? {
        do { return try read() } catch {
            guard error.errno == .noEntry else { throw error }
            try ProcFileSystem.requireMounted()
            return nil
        }
    }

    /// The error of writing to it; nil if it may be written. The corresponding C function is `access(2)`.
    public var refusalToWrite: KernelError? {
        let result = bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { access($0.assumingMemoryBound(to: CChar.self), W_OK) } ?? -1
        }
        return result == 0 ? nil : KernelError("write to \(self)", .current)
    }

    public func write(_ value: Int) throws(KernelError) {
        let file: FileDescriptor
        do { file = try FileDescriptor(opening: bytes, .write) } catch {
            throw error.attempting("set \(self) to \(value)")
        }
        try file.write("\(value)", name: description)
    }
}
