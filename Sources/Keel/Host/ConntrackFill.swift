public import LinuxSystem

/// How full the connection tracking table is.
public struct ConntrackFill: Hashable, Sendable {
    public let entries: Int
    /// 0 means no limit.
    public let max: Int

    public init(entries: Int, max: Int) {
        self.entries = entries
        self.max = max
    }

    /// Nil while connection tracking is not loaded.
    public static func observe() throws(KernelError) -> ConntrackFill? {
        guard let max = try Sysctl.conntrackMax.readIfPresent(),
            let entries = try Sysctl.conntrackCount.readIfPresent()
        else { return nil }
        return ConntrackFill(entries: entries, max: max)
    }

    /// Whether it holds at least `share` of the limit, 0 to 1.
    public func reaches(_ share: Double) -> Bool { max > 0 && Double(entries) >= share * Double(max) }

    /// At the limit the kernel drops every new flow.
    public var isFull: Bool { max > 0 && entries >= max }

    /// The fill in percent, rounded down; nil without a limit.
    public var percent: Int? { max > 0 ? Int(Double(entries) * 100 / Double(max)) : nil }

    /// `245000 of 262144 entries (93%)`
    public var text: String {
        percent.map { "\(entries) of \(max) entries (\($0)%)" } ?? "\(entries) entries, no limit"
    }
}

extension Sysctl {
    package static let conntrackCount = Sysctl("net/netfilter/nf_conntrack_count")
    package static let conntrackMax = Sysctl("net/netfilter/nf_conntrack_max")
    package static let conntrackBuckets = Sysctl("net/netfilter/nf_conntrack_buckets")
    package static let tcpEstablishedTimeout = Sysctl("net/netfilter/nf_conntrack_tcp_timeout_established")
    package static let genericTimeout = Sysctl("net/netfilter/nf_conntrack_generic_timeout")
    package static let beLiberal = Sysctl("net/netfilter/nf_conntrack_tcp_be_liberal")
    package static let loose = Sysctl("net/netfilter/nf_conntrack_tcp_loose")
}
