import CLinux
public import LinuxSystem

/// A table of the kernel's older packet filter, `iptables-legacy(8)`, in the kernel's own format.
public struct LegacyTable: Hashable, Sendable {
    public let name: String
    /// By a hook's number (`NF_INET_…`), the byte offset of the entry where packets enter; nil at hooks that the table lacks.
    public let hookEntries: [Int?]
    /// Consecutive `struct ipt_entry` or `ip6t_entry`, each with its matches and target.
    public let entries: [UInt8]

    public init(name: String, hookEntries: [Int?], entries: [UInt8]) {
        self.name = name
        self.hookEntries = hookEntries
        self.entries = entries
    }

    /// The names of the tables in the calling thread's namespace. Reading any other table would create it.
    public static func names(isIPv6: Bool) throws(KernelError) -> [String] {
        let path = "/proc/thread-self/net/\(isIPv6 ? "ip6" : "ip")_tables_names"
        do {
            return try FileDescriptor.text(of: path, limit: 1 << 16).split(separator: "\n").map { String($0) }
        } catch {
            if error.errno == .noEntry { return [] }
            throw error
        }
    }

    /// The most readings of a table that changes meanwhile.
    private static let readings = 64

    /// Reads a table; `name` must be one of `names`. Needs CAP_NET_RAW and CAP_NET_ADMIN.
    public init(reading name: String, isIPv6: Bool) throws(KernelError) {
        let attempt = "read table \(name) of \(isIPv6 ? "ip6tables" : "iptables")-legacy"
        for _ in 0..<Self.readings {
            var info = linux_xtable_info()
            guard linux_xtable_info(isIPv6 ? 1 : 0, name, &info) == 0 else { throw KernelError(attempt, .current) }
            let size = info.size
            // The kernel has no such limit, but no real table is larger.
            guard size <= 1 << 28 else { throw KernelError(attempt, .tooBig) }
            var failure: Errno?
            let entries = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                if linux_xtable_entries(isIPv6 ? 1 : 0, name, buffer.baseAddress, size) == 0 {
                    count = Int(size)
                } else {
                    failure = .current
                }
            }
            if failure == .again { continue }
            if let failure { throw KernelError(attempt, failure) }
            let starts = info.entries
            self.init(
                name: name,
                hookEntries: [starts.0, starts.1, starts.2, starts.3, starts.4].map {
                    $0 == LINUX_XTABLE_NO_HOOK ? nil : Int($0)
                }, entries: entries)
            return
        }
        throw KernelError(attempt, .interrupted, explanation: "it changed during each of \(Self.readings) readings")
    }
}
