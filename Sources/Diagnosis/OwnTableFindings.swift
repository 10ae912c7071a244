public import HostCare
public import Keel
import LinuxSystem
import LinuxTools

// The connection tracking table of a namespace that translates for others: a container with containers inside, a VPN gateway, the
// network namespace of rootless engines. The machine has one limit, which applies to each namespace's table separately.

/// A connection tracking table that is not the host's.
public struct OwnTable: Hashable, Sendable {
    public var fill: ConntrackFill
    /// The table's counters; read only if it is full or nearly full.
    public var statistics: ConntrackStatistics?
    /// The namespace's inode, by which the kernel's log names it.
    public var inode: UInt64

    public init(fill: ConntrackFill, inode: UInt64) {
        self.fill = fill
        self.inode = inode
    }

    /// The table of the calling thread's namespace, whose identity is `namespace`; nil if it is empty or cannot be read. `max`
    /// is the machine's limit.
    static func observe(_ namespace: NetworkNamespace.Identity, max: Int, _ policy: Policy) -> OwnTable? {
        do throws(KernelError) {
            guard let entries = try entries(), entries > 0 else { return nil }
            var table = OwnTable(fill: ConntrackFill(entries: entries, max: max), inode: namespace.inode)
            if table.isTold(policy) { table.statistics = try ConntrackStatistics.observe() }
            return table
        } catch { return nil }
    }

    /// The number of entries, by the first column of `/proc/net/stat/nf_conntrack`, which every processor's line repeats. The
    /// sysctl of a namespace just entered costs the kernel three times as much to look up.
    private static func entries() throws(KernelError) -> Int? {
        let path = "/proc/thread-self/net/stat/nf_conntrack"
        do {
            let text = try FileDescriptor.text(of: path, limit: 1 << 20)
            let lines = text.split(separator: "\n", maxSplits: 2)
            guard lines.count > 1, lines[0].hasPrefix("entries ") else { return nil }
            return lines[1].split(separator: " ", maxSplits: 1).first.flatMap { Int($0, radix: 16) }
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    func isTold(_ policy: Policy) -> Bool { fill.isFull || fill.reaches(policy.conntrack.warnAt) }
}

extension HostObservation {
    /// The findings about a namespace's own table.
    func findings(of table: OwnTable?, at place: Finding.Place, _ path: String, _ policy: Policy) -> [Finding] {
        guard let table, table.isTold(policy) else { return [] }
        let isFull = table.fill.isFull
        let consequence =
            "new connections from behind it get no answer and no error, and its own fail with \"Operation not "
            + "permitted\"; existing connections go on"
        var evidence = [
            "in its own namespace \(table.fill.text); the machine's limit applies to each namespace separately"
        ]
        if let own = state.conntrack?.fill { evidence.append("the host's own table has \(own.entries) entries") }
        if let cost = table.statistics, cost.drops > 0 {
            evidence.append("\(cost.drop) packets dropped, \(cost.earlyDrop) flows evicted early, since it was made")
        }
        let lines = logged(ofNamespace: table.inode)
        if let last = lines.last { evidence.append("the kernel's log, \(lines.count) times, last: \(last.text)") }
        let isCurable = plan.conntrack.contains { change in
            if case .set(let sysctl, _) = change.action { sysctl.name == "nf_conntrack_max" } else { false }
        }
        return [
            Finding(
                isFull ? .conntrackFull : .conntrackNearFull, isFull ? .error : .warning, at: place,
                isFull
                    ? "the connection tracking table of its own namespace is full"
                    : "the connection tracking table of its own namespace is nearly full",
                evidence: evidence, consequence: isFull ? consequence : "once it is full: \(consequence)",
                remedy: isCurable
                    ? apply
                    : "sudo nsenter --net=\(path.quotedForShell) evenkeel host top (and a larger conntrack.max in the policy)"
            )
        ]
    }

    /// The log's lines about the table of one namespace: `nf_conntrack: table full in netns 4026532289, dropping packet`.
    private func logged(ofNamespace inode: UInt64) -> [KernelLog.Record] {
        (evidence.tableFull ?? []).filter { $0.text.holds("in netns \(inode),") }
    }
}

extension KernelLog.Record {
    /// Whether it is about a table of another namespace than the host's.
    var isOfAnotherNamespace: Bool { text.holds("in netns ") }
}
