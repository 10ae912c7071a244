import CKernel
import Firewall
import LinuxSystem
import LinuxTools
import Netlink

// Translation in iptables-legacy: reads table nat in the kernel's own format.

extension TranslationRules.Table {
    /// - Throws: `EBADMSG` if an entry exceeds the table, or a part of it exceeds the entry.
    init(legacy table: LegacyTable, _ version: IPVersion) throws(KernelError) {
        let layout = LegacyLayout(version)
        let hooks: [(hook: TranslationRules.Hook, number: Int)] = [
            (.prerouting, Int(NF_INET_PRE_ROUTING.rawValue)), (.postrouting, Int(NF_INET_POST_ROUTING.rawValue)),
        ]
        self.init(versions: [version])
        for (hook, number) in hooks where number < table.hookEntries.count {
            if let start = table.hookEntries[number] { entrances.append((hook, Self.name(start))) }
        }
        // A chain is named after its first offset. Chains begin where hooks and jumps lead.
        let entries = try Self.entries(table, layout)
        let starts = Set(table.hookEntries.compactMap { $0 } + entries.compactMap { $0.target })
        var chain: String?
        for entry in entries {
            if starts.contains(entry.start) { chain = Self.name(entry.start) }
            // After a head a user's chain begins, which may have no jump to it.
            if entry.isHead { chain = nil }
            if let chain { chains[chain, default: []].append(entry.rule) }
        }
    }

    private static func name(_ start: Int) -> String { "\(start)" }

    private struct Entry {
        let start: Int
        /// Whether it is no rule but bears a chain's name or ends the table.
        let isHead: Bool
        /// The offset that it jumps to; nil if it does not jump.
        var target: Int?
        var rule = TranslationRules.Rule()
    }

    private static func entries(_ table: LegacyTable, _ layout: LegacyLayout) throws(KernelError) -> [Entry] {
        var entries: [Entry] = []
        var offset = 0
        let bytes = table.entries
        while offset < bytes.count {
            guard let end = LegacyEntry(bytes, at: offset, layout)?.end,
                let targetOffset = bytes.uint16(at: offset + layout.targetOffset).map(Int.init)
            else {
                throw KernelError(
                    "understand table \(table.name) of iptables-legacy", .badMessage,
                    explanation: "its entries do not add up")
            }
            let place = offset + targetOffset
            let name = LegacyEntry.extensionName(bytes, place)
            var entry = Entry(start: offset, isHead: name == "ERROR")
            entry.rule.action = TranslationRules.Action(target: name) ?? []
            // Behind the head of a standard target stands its verdict.
            if name.isEmpty, let verdict = bytes.uint32(at: place + 32), verdict < 1 << 31, Int(verdict) != end {
                entry.target = Int(verdict)
                entry.rule.targets = [Self.name(Int(verdict))]
            }
            entry.rule.admits = source(bytes, offset, layout)
            entries.append(entry)
            offset = end
        }
        return entries
    }

    /// The header's condition on the source address; nil without one.
    private static func source(
        _ bytes: [UInt8], _ start: Int, _ layout: LegacyLayout
    ) -> (@Sendable (IPAddress) -> Bool)? {
        let size = layout.addressSize
        let wanted = Array(bytes[start..<(start + size)])
        let mask = Array(bytes[(start + layout.masks)..<(start + layout.masks + size)])
        guard mask.contains(where: { $0 != 0 }) else { return nil }
        // IPT_INV_SRCIP, IP6T_INV_SRCIP
        let isInverted = bytes[start + layout.inversions] & 0x08 != 0
        return { source in
            let isEqual = zip(source.bytes, zip(mask, wanted)).allSatisfy { $0 & $1.0 == $1.1 }
            return isEqual != isInverted
        }
    }
}
