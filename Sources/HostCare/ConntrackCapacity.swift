public import Keel
import LinuxSystem
import LinuxTools

// The fourth remedy: a connection tracking table that is large enough for the machine. If it is full, the kernel drops every
// new flow, and programs get only "Operation not permitted".

extension ConntrackSnapshot {
    /// The changes to the table's size and timeouts, with notes for the user. A limit is never lowered.
    public func plan(_ policy: Policy.Conntrack) -> (changes: [Change], notes: [String]) {
        let (changes, notes) = planSize(policy.max)
        let timeouts = [
            planTimeout(.tcpEstablishedTimeout, tcpEstablishedTimeout, policy.tcpEstablishedTimeout),
            planTimeout(.genericTimeout, genericTimeout, policy.genericTimeout),
        ]
        return (changes + timeouts.compactMap { $0 }, notes)
    }

    /// The value of `auto` on this machine: large enough for the busiest hosts, small enough for the memory of the smallest.
    public var automaticMax: Int {
        let byProcessors = Swift.max(32768 * processors, 131_072)
        return Swift.max(min(byProcessors, mostEntries), 1)
    }

    /// The upper bound of `auto`.
    private var mostEntries: Int { min(1_048_576, memory / 64 / Self.bytesPerEntry) }

    /// The memory of an entry with its extensions.
    static let bytesPerEntry = 320

    /// The memory of a full table of that many entries, as text.
    public static func memoryWhenFull(_ entries: Int) -> String {
        let kibibytes = entries * bytesPerEntry / 1024
        return kibibytes < 10240 ? "\(kibibytes) KiB" : "\(kibibytes / 1024) MiB"
    }

    /// The limit that the policy asks for; nil if it keeps the present one.
    public func wantedMax(_ size: Policy.Conntrack.Size) -> Int? {
        switch size {
        case .keep: nil
        case .automatic: automaticMax
        case .entries(let entries): entries
        }
    }

    /// A quarter of the limit, rounded up as the kernel does, to whole pages of pointers: `nf_ct_alloc_hashtable`.
    ///
    /// A present limit above the policy's counts only up to the bound of `auto`: it may mean "no limit", and buckets take their
    /// memory at once.
    func wantedBuckets(for wanted: Int) -> Int {
        let limit = Swift.max(wanted, min(max, mostEntries))
        let pointersPerPage = Machine.pageSize / MemoryLayout<UInt>.size
        return (limit / 4 + pointersPerPage - 1) / pointersPerPage * pointersPerPage
    }

    private func planSize(_ size: Policy.Conntrack.Size) -> (changes: [Change], notes: [String]) {
        // 0 is no limit, so there is none to raise.
        guard let wanted = wantedMax(size), max > 0 else { return ([], []) }
        var changes: [Change] = []
        var notes: [String] = []
        // Buckets first, so that the hash chains are short when the entries come.
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
