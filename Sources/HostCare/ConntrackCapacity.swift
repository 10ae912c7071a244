public import Keel
import LinuxSystem
import LinuxTools

// The fourth remedy: a connection tracking table that is large enough for the machine. Where it is full the kernel drops
// every new flow, and a program hears no more than "Operation not permitted".

extension ConntrackSnapshot {
    /// The changes to the table's size and timeouts, and what is to be said beside them. A limit is never lowered.
    public func plan(_ policy: Policy.Conntrack) -> (changes: [Change], notes: [String]) {
        let (changes, notes) = planSize(policy.max)
        let timeouts = [
            planTimeout(.tcpEstablishedTimeout, tcpEstablishedTimeout, policy.tcpEstablishedTimeout),
            planTimeout(.genericTimeout, genericTimeout, policy.genericTimeout),
        ]
        return (changes + timeouts.compactMap { $0 }, notes)
    }

    /// What `auto` means on this machine: a limit that the busiest hosts have, and the memory of the smallest bears.
    public var automaticMax: Int {
        let byProcessors = Swift.max(32768 * processors, 131_072)
        return Swift.max(min(byProcessors, mostEntries), 1)
    }

    /// What `auto` never goes beyond.
    private var mostEntries: Int { min(1_048_576, memory / 64 / Self.bytesPerEntry) }

    /// What an entry takes with its extensions.
    static let bytesPerEntry = 320

    /// What a table of that size takes when it is full.
    public static func memoryWhenFull(_ entries: Int) -> String {
        let kibibytes = entries * bytesPerEntry / 1024
        return kibibytes < 10240 ? "\(kibibytes) KiB" : "\(kibibytes / 1024) MiB"
    }

    /// The limit the policy asks for; nil where it asks for none.
    public func wantedMax(_ size: Policy.Conntrack.Size) -> Int? {
        switch size {
        case .keep: nil
        case .automatic: automaticMax
        case .entries(let entries): entries
        }
    }

    /// A quarter of the limit, as the kernel rounds it: whole pages of pointers, `nf_ct_alloc_hashtable`.
    ///
    /// Of a limit beyond the policy's, only as much as `auto` could ask for: it may be there to mean "no limit", and buckets
    /// take their memory at once.
    func wantedBuckets(for wanted: Int) -> Int {
        let limit = Swift.max(wanted, min(max, mostEntries))
        let pointersPerPage = Machine.pageSize / MemoryLayout<UInt>.size
        return (limit / 4 + pointersPerPage - 1) / pointersPerPage * pointersPerPage
    }

    private func planSize(_ size: Policy.Conntrack.Size) -> (changes: [Change], notes: [String]) {
        // Without a limit there is none to raise.
        guard let wanted = wantedMax(size), max > 0 else { return ([], []) }
        var changes: [Change] = []
        var notes: [String] = []
        // First, so that the chains are short when the entries come.
        let wantedBuckets = wantedBuckets(for: wanted)
        if buckets < wantedBuckets {
            changes.append(.set(.conntrackBuckets, wantedBuckets, "nf_conntrack_buckets", was: "\(buckets)"))
        }
        if max < wanted {
            let cost = "\(max); up to \(Self.memoryWhenFull(wanted)) when full"
            changes.append(.set(.conntrackMax, wanted, "nf_conntrack_max", was: cost))
        } else if max > wanted, case .entries = size {
            notes.append("nf_conntrack_max is \(max), more than the policy's \(wanted); it is never lowered")
        }
        return (changes, notes)
    }

    private func planTimeout(_ sysctl: Sysctl, _ present: Int?, _ wanted: Int?) -> Change? {
        guard let wanted, let present, present != wanted else { return nil }
        return .set(sysctl, wanted, sysctl.name, was: "\(present) seconds")
    }
}

extension Change {
    fileprivate static func set(_ sysctl: Sysctl, _ value: Int, _ name: String, was former: String) -> Change {
        Change(.conntrack, .set, "\(name) to \(value) (it was \(former))", .set(sysctl, value))
    }
}
