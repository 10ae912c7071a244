public import Netlink

/// What the product should do. `PolicyDocument.swift` reads the document.
public struct Policy: Hashable, Sendable {
    public struct DefaultRoute: Hashable, Sendable {
        public enum Mode: String, CaseIterable, Sendable {
            /// Of default routes that the kernel cannot tell apart, one stays in main; the others move to tables of their own.
            case distinct
            /// One network's default route per family in main, even if the kernel could tell them apart.
            case one
            /// All stay in main, each network's with a metric of its own.
            case ranked
            /// Touch nothing.
            case keep
        }

        /// From which networks a default gateway may be learnt that their engine knows and did not set.
        public enum Learn: String, CaseIterable, Sendable {
            /// From bridges, whose gateway is the host or an explicit one; from macvlan and ipvlan where the way back is broken.
            case bridges
            case all
            case nothing = "none"
        }

        public var mode = Mode.distinct
        public var learn = Learn.bridges
        /// Which routes should win, best first. Empty: metric, name and gateway decide.
        public var prefer: [Preference] = []
        /// Whether `prefer` comes from this container. Then it ranks before networks that are preferred by their own
        /// configuration; the host's ranks after them.
        public var isPreferenceOwn = false
        /// Whether the host lets no container choose, not even by what the kernel remembers of its choice.
        public internal(set) var isChoiceForgotten = false
        /// What the host prefers, if the container's own preference replaces it.
        var overruled: [Preference] = []
        /// Whether this container prefers anything.
        var hasOwnPreference: Bool { isPreferenceOwn && !prefer.isEmpty }
        /// Whether `prefer` was written down by an earlier run.
        var isWishRecalled = false
        /// Whether a person takes back what the container chose.
        var isChoiceWithdrawn = false
        /// The interface of a network whose own configuration prefers it. The kernel remembers it for later runs.
        public var preferredInterface: InterfaceName?

        /// Prefers the interface of that name. Text that cannot be a name prefers none.
        public mutating func prefer(interface name: String) { preferredInterface = InterfaceName(text: name) }
        /// Whether packets from a losing network's address, or of sockets bound to its device, leave by that network.
        public var sourceRules = true
        /// Whether the watcher puts back a default route that the kernel flushed because its link went down or lost its address.
        public var restoreAfterFlap = true
    }

    public enum ReversePathFilter: String, CaseIterable, Sendable {
        /// Sets 2 (loose) on every interface.
        case loose
        /// Sets 2 (loose) where it is 1 (strict).
        case relax
        case keep
    }

    public struct Invalid: Hashable, Sendable {
        public enum Mode: String, CaseIterable, Sendable {
            /// Drop the resets that would answer INVALID segments.
            case drop
            /// Drop INVALID segments in input, before they are answered: the rule that guides recommend. It also drops those for
            /// the host's own sockets that connection tracking misjudges.
            case input
            /// Translate and deliver INVALID segments instead: `nf_conntrack_tcp_be_liberal`.
            case liberal
            case keep
        }

        public enum Place: String, CaseIterable, Sendable {
            /// In families whose addresses are translated or whose packets are tracked already.
            case translated
            case always
        }

        public var mode = Mode.drop
        /// In which families there are rules: "where" in the document.
        public var place = Place.translated
        /// Whether to drop INVALID segments from guarded containers, too.
        public var forward = true
    }

    public struct Conntrack: Hashable, Sendable {
        public enum Size: Hashable, Sendable {
            case automatic
            case entries(Int)
            case keep
        }

        public var max = Size.automatic
        /// In seconds; nil leaves it as it is.
        public var tcpEstablishedTimeout: Int?
        /// In seconds; nil leaves it as it is.
        public var genericTimeout: Int?
        /// How full the table may be before a warning, 0 to 1.
        public var warnAt = 0.9
    }

    public struct Watch: Hashable, Sendable {
        /// The name or the number of the group whose members may read the watcher's socket beside root.
        public var group: String?
    }

    /// What the OCI hook does when the kernel refuses.
    public enum OnError: String, CaseIterable, Sendable {
        /// Let the container start and say what is missing.
        case warn
        /// Refuse to start it.
        case fail
    }

    public var defaultRoute = DefaultRoute()
    public var rpFilter = ReversePathFilter.loose
    public var invalid = Invalid()
    public var conntrack = Conntrack()
    public var onError = OnError.warn
    public var watch = Watch()
    /// What the host lets containers say for themselves; nil: all.
    public internal(set) var limits: ContainerLimits?

    public init() {}

    /// The path of the host's own document.
    public static let path = "/etc/evenkeel/policy.json"
}

/// A default route that should win: named by its interface, by its network, or by the prefix of its gateway.
public enum Preference: Hashable, Sendable {
    /// An interface's name, or else a network's. `*` stands for any bytes and `?` for one.
    case name(String)
    /// A network's name, and the indexes of the container's interfaces in it.
    indirect case network(String, [UInt32])
    case gateway(IPPrefix)

    /// Nil for text that is neither. With a `/` it must be a prefix. A name has 1 to 255 bytes and no white space or colon.
    public init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: "/")) {
            guard let prefix = IPPrefix(text) else { return nil }
            self = .gateway(prefix)
        } else if let address = IPAddress(text) {
            self = .gateway(IPPrefix(host: address))
        } else {
            let impossible = text.utf8.contains { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: ":") }
            guard !text.isEmpty, text.utf8.count <= 255, !impossible else { return nil }
            self = .name(text)
        }
    }

    func matches(_ link: Link, gateway: IPAddress?) -> Bool {
        switch self {
        case .name(let pattern): Self.matches(Array(pattern.utf8), link.name.bytes)
        case .network(_, let interfaces): interfaces.contains(link.index)
        case .gateway(let prefix): gateway.map { prefix.contains($0) } ?? false
        }
    }

    static func matches(_ pattern: String, _ name: String) -> Bool { matches(Array(pattern.utf8), Array(name.utf8)) }

    /// Glob matching. A star takes as few bytes as it can. On a mismatch only the last star takes one byte more.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (p, n) = (0, 0)
        var lastStar: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                lastStar = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == name[n] || pattern[p] == UInt8(ascii: "?") {
                (p, n) = (p + 1, n + 1)
            } else if let star = lastStar {
                lastStar = (star.pattern, star.name + 1)
                (p, n) = (star.pattern + 1, star.name + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
