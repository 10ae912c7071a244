import Firewall
import LinuxSystem
public import Netlink

/// A rule that somebody else made and that decides about TCP segments conntrack calls INVALID.
public struct ForeignRule: Hashable, Sendable {
    public enum Effect: Hashable, Sendable {
        /// Drops them before a socket of the host could answer. Only a drop: a reject would answer, too.
        case dropsInvalid
        /// Keeps TCP segments from conntrack altogether (`notrack`, the targets CT and NOTRACK).
        case doesNotTrack
    }

    public enum Hook: Hashable, Sendable {
        case prerouting
        case input
        /// Of what the host itself sends.
        case output
    }

    public enum Place: Hashable, Sendable {
        /// `family` as `nft(8)` writes it. What iptables-nft makes is here as well, in tables such as `ip filter`.
        case nftables(family: String, table: String, chain: String)
        /// A table of the kernel's older filter, which `iptables-legacy(8)` shows and `nft` does not.
        case legacy(IPVersion, table: String, chain: String)
    }

    public let effect: Effect
    public let versions: [IPVersion]
    /// Where packets enter the chain, be it by way of others.
    public let hook: Hook
    public let place: Place
    /// Whether it is known to meet only some of the segments: something beside their being INVALID TCP and from another
    /// host is asked on the way to it, or cannot be understood.
    ///
    /// What goes its own way before is not looked at unless it is all of them: a firewall that first accepts the ports of
    /// its services and then drops INVALID still drops those of translated connections.
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
    /// Whether it is of any consequence at a hook: what is in input has been tracked, and what leaves is not INVALID.
    func matters(at hook: ForeignRule.Hook) -> Bool {
        switch self {
        case .dropsInvalid: hook != .output
        case .doesNotTrack: hook != .input
        }
    }
}

extension [ForeignRule] {
    /// Adds a rule; one that differs from another only in the version of IP is the same.
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
