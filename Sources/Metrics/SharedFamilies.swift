/// The families that both the watcher and `evenkeel metrics` print. One name, one help text and one meaning, so that alerts and graphs
/// do not care whose numbers they get.
extension Exposition {
    /// Their names, as samples have them. A collector refuses a sample that two of its files have.
    public static let sharedFamilies = [versionName, entriesName, limitName, droppedName]

    public static let versionName = "evenkeel_build_info"
    public static let entriesName = "evenkeel_conntrack_entries"
    public static let limitName = "evenkeel_conntrack_limit"
    public static let droppedName = dropped + "_total"

    private static let dropped = "evenkeel_invalid_dropped_packets"

    public mutating func addVersion(_ version: String) {
        gauge(Self.versionName, "The version, as a label.", "version", [(version, "1")])
    }

    public mutating func addConntrack(entries: Int, limit: Int) {
        gauge(Self.entriesName, "Entries of the connection tracking table.", nil, [("", "\(entries)")])
        gauge(Self.limitName, "Its limit; 0: none.", nil, [("", "\(limit)")])
    }

    /// What a rule of ours counted.
    public struct Dropped: Sendable {
        let inIPv6: Bool
        let chain: String
        let packets: UInt64

        public init(inIPv6: Bool, chain: String, packets: UInt64) {
            self.inIPv6 = inIPv6
            self.chain = chain
            self.packets = packets
        }
    }

    /// Rules of one chain are added up: a family has each set of labels once.
    public mutating func addDropped(_ rules: [Dropped]) {
        var sums: [([(String, String)], UInt64)] = []
        for rule in rules {
            let family = rule.inIPv6 ? "ip6" : "ip"
            if let place = sums.firstIndex(where: { $0.0[0].1 == family && $0.0[1].1 == rule.chain }) {
                sums[place].1 += rule.packets
            } else {
                sums.append(([("family", family), ("chain", rule.chain)], rule.packets))
            }
        }
        counter(Self.dropped, "What our rules for INVALID segments dropped.", sums)
    }
}
