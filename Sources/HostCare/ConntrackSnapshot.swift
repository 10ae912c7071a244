public import Keel
public import LinuxSystem
import LinuxTools

/// The host's connection tracking table as it is now. See the kernel's `nf_conntrack-sysctl.rst`.
public struct ConntrackSnapshot: Hashable, Sendable {
    /// The entries of the calling thread's network namespace.
    public var entries: Int
    /// `nf_conntrack_max`: one for the whole machine, applied to each namespace's table separately. 0 is no limit.
    public var max: Int
    /// The hash table's size, one for the whole machine.
    public var buckets: Int
    /// In seconds; nil from a kernel without it.
    public var tcpEstablishedTimeout: Int?
    /// In seconds; nil from a kernel without it.
    public var genericTimeout: Int?
    /// The machine's online processors, for `auto`.
    public var processors: Int
    /// The machine's memory in bytes, for `auto`.
    public var memory: Int

    public init(
        entries: Int = 0, max: Int, buckets: Int, tcpEstablishedTimeout: Int? = nil, genericTimeout: Int? = nil,
        processors: Int = 1, memory: Int = 1 << 34
    ) {
        self.entries = entries
        self.max = max
        self.buckets = buckets
        self.tcpEstablishedTimeout = tcpEstablishedTimeout
        self.genericTimeout = genericTimeout
        self.processors = processors
        self.memory = memory
    }

    /// Nil while connection tracking is not loaded.
    public static func observe() throws(KernelError) -> ConntrackSnapshot? {
        guard let fill = try ConntrackFill.observe(), let buckets = try Sysctl.conntrackBuckets.readIfPresent()
        else { return nil }
        return ConntrackSnapshot(
            entries: fill.entries, max: fill.max, buckets: buckets,
            tcpEstablishedTimeout: try Sysctl.tcpEstablishedTimeout.readIfPresent(),
            genericTimeout: try Sysctl.genericTimeout.readIfPresent(),
            processors: Machine.processors, memory: Machine.memory)
    }

    public var fill: ConntrackFill { ConntrackFill(entries: entries, max: max) }
}
