import Firewall
import LinuxSystem
public import Netlink

/// A rule of somebody else that decides about TCP segments that conntrack calls INVALID.
public struct ForeignRule: Hashable, Sendable {
    public enum Effect: Hashable, Sendable {
        /// Drops them before a socket of the host could answer. A reject does not count: it answers, too.
        case dropsInvalid
        /// Keeps TCP segments from conntrack (`notrack`, the targets CT and NOTRACK).
        case doesNotTrack
    }

    public enum Hook: Hashable, Sendable {
        case prerouting
        case input
        /// Packets that the host itself sends.
        case output
    }

    public enum Place: Hashable, Sendable {
        /// `family` as `nft(8)` writes it. Rules of iptables-nft count as well; their tables are called `ip filter` and so on.
        case nftables(family: String, table: String, chain: String)
        /// A table of the kernel's older filter, which `iptables-legacy(8)` shows and `nft` does not.
        case legacy(IPVersion, table: String, chain: String)
    }

    public let effect: Effect
    public let versions: [IPVersion]
    /// The hook from which packets reach the chain, directly or through other chains.
    public let hook: Hook
    public let place: Place
    /// Whether only some INVALID TCP segments from other hosts meet it: a condition on the way asks for more, or cannot be
    /// understood.
    ///
    /// Segments that an earlier rule takes out do not count, unless it takes all: a firewall that accepts its services' ports
    /// and then drops INVALID still drops the segments of translated connections.
    public let isLimited: Bool

    public init(_ effect: Effect, _ versions: [IPVersion], _ hook: Hook, _ place: Place, isLimited: Bool) {
        self.effect = effect
        self.versions = versions
        self.hook = hook
        self.place = place
        self.isLimited = isLimited
    }
}

extension ForeignRule.Effect {
    /// Whether it matters at a hook. Packets in input are tracked already, and the host's own packets are not INVALID.
    func matters(at hook: ForeignRule.Hook) -> Bool {
        switch self {
        case .dropsInvalid: hook != .output
        case .doesNotTrack: hook != .input
        }
    }
}

extension [ForeignRule] {
    /// Adds a rule, merging it with one that differs only in the IP version.
    mutating func merge(_ rule: ForeignRule) {
        for (index, other) in enumerated()
        where (other.effect, other.hook, other.place, other.isLimited)
            == (rule.effect, rule.hook, rule.place, rule.isLimited)
        {
            let versions = other.versions + rule.versions.filter { !other.versions.contains($0) }
            self[index] = ForeignRule(rule.effect, versions, rule.hook, rule.place, isLimited: rule.isLimited)
            return
        }
        append(rule)
    }
}
