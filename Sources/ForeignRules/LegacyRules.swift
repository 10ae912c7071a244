import CKernel
import Firewall
public import LinuxSystem
import LinuxTools
import Netlink

extension [ForeignRule] {
    /// The rules for INVALID TCP segments in the iptables-legacy tables of the calling thread's namespace.
    ///
    /// Only existing tables are read: no module is loaded, and no table is made.
    public static func legacy() throws(KernelError) -> [ForeignRule] {
        var rules: [ForeignRule] = []
        for version in IPVersion.allCases {
            let names = try LegacyTable.names(isIPv6: version == .v6)
            // The order at a hook. nat is left out: it sees no INVALID packet.
            for name in ["raw", "mangle", "filter", "security"] where names.contains(name) {
                rules += try foreign(in: try LegacyTable(reading: name, isIPv6: version == .v6), version)
            }
        }
        return rules
    }

    static func foreign(in table: LegacyTable, _ version: IPVersion) throws(KernelError) -> [ForeignRule] {
        guard let filter = FilterTable(table, LegacyLayout(version)) else {
            throw KernelError(
                "understand table \(table.name) of iptables-legacy", .badMessage,
                explanation: "its entries do not add up")
        }
        var rules: [ForeignRule] = []
        for hook in [ForeignRule.Hook.prerouting, .input, .output] {
            guard hook.number < table.hookEntries.count, table.hookEntries[hook.number] != nil else { continue }
            for finding in filter.follow(from: hook.legacyName) where finding.effect.matters(at: hook) {
                rules.append(
                    ForeignRule(
                        finding.effect, [version], hook,
                        .legacy(version, table: table.name, chain: finding.chain), isLimited: finding.isLimited))
            }
        }
        return rules
    }
}

extension ForeignRule.Hook {
    fileprivate var legacyName: String {
        switch self {
        case .prerouting: "PREROUTING"
        case .input: "INPUT"
        case .output: "OUTPUT"
        }
    }
}

/// The offsets in `struct ipt_entry` (`linux/netfilter_ipv4/ip_tables.h`) and `ip6t_entry`.
struct LegacyLayout {
    let version: IPVersion
    /// The size of an address. Two addresses come first, then their two masks.
    let addressSize: Int
    let transportProtocol: Int
    let flags: Int
    let inversions: Int
    let targetOffset: Int
    let nextOffset: Int
    let size: Int
    let gotoFlag: UInt8

    init(_ version: IPVersion) {
        self.version = version
        switch version {
        case .v4:
            (addressSize, transportProtocol, flags, inversions) = (4, 80, 82, 83)
            (targetOffset, nextOffset, size, gotoFlag) = (88, 90, 112, 0x02)
        case .v6:
            (addressSize, transportProtocol, flags, inversions) = (16, 128, 131, 132)
            (targetOffset, nextOffset, size, gotoFlag) = (140, 142, 168, 0x04)
        }
    }

    var masks: Int { 2 * addressSize }
    /// The interfaces' names, then their masks; the input interface comes first in each.
    var interfaces: Int { 4 * addressSize }
}

extension FilterTable {
    /// Nil if an entry exceeds the table, or a part of it exceeds the entry.
    init?(_ table: LegacyTable, _ layout: LegacyLayout) {
        var entries: [LegacyEntry] = []
        var offset = 0
        while offset < table.entries.count {
            guard let entry = LegacyEntry(table.entries, at: offset, layout) else { return nil }
            entries.append(entry)
            offset = entry.end
        }
        let builtIn = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
        var starts: [Int: String] = [:]
        for (start, name) in zip(table.hookEntries, builtIn) {
            if let start { starts[start] = name }
        }
        // A user's chain begins after the entry that bears its name.
        for entry in entries { if let name = entry.chainName { starts[entry.end] = name } }
        var chain: String?
        for entry in entries {
            if let name = starts[entry.start] { chain = name }
            guard let chain, entry.chainName == nil else { continue }
            chains[chain, default: []].append(entry.effect(starts))
        }
    }
}
