import CLinux
public import LinuxSystem

/// A table of the kernel's older packet filter, `iptables-legacy(8)`, as the kernel hands it out.
public struct LegacyTable: Hashable, Sendable {
    public let name: String
    /// Where packets enter, in bytes from the first entry, by the hook's number (`NF_INET_…`); nil at hooks it is not at.
    public let hookEntries: [Int?]
    /// One `struct ipt_entry` or `ip6t_entry` behind the other, with their matches and targets.
    public let entries: [UInt8]

    public init(name: String, hookEntries: [Int?], entries: [UInt8]) {
        self.name = name
        self.hookEntries = hookEntries
        self.entries = entries
    }

    /// The tables there are in the calling thread's namespace: asking for another would make it.
    public static func names(isIPv6: Bool) throws(KernelError) -> [String] {
        let path = "/proc/thread-self/net/\(isIPv6 ? "ip6" : "ip")_tables_names"
        do {
            return try FileDescriptor.text(of: path, limit: 1 << 16).split(separator: "\n").map { String($0) }
        } catch {
            if error.errno == .noEntry { return [] }
            throw error
        }
    }

    /// A table that grows while it is read is read again this often.
    private static let readings = 64

    /// Reads one of the tables named above. Needs CAP_NET_RAW and CAP_NET_ADMIN.
    public init(reading name: String, isIPv6: Bool) throws(KernelError) {
        let attempt = "read table \(name) of \(isIPv6 ? "ip6tables" : "iptables")-legacy"
        for _ in 0..<Self.readings {
            var info = linux_xtable_info()
            guard linux_xtable_info(isIPv6 ? 1 : 0, name, &info) == 0 else { throw KernelError(attempt, .current) }
            let size = info.size
            // The kernel keeps tables of more than this from nobody; nobody has them.
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
