public import Firewall
public import LinuxSystem
public import Netlink

/// The failures that the product removes. One file looks after each.
public enum Remedy: String, CaseIterable, Hashable, Sendable {
    case defaultRoute = "default-route"
    case rpFilter = "rp-filter"
    case invalid
    case conntrack
}

/// One change: the action for the kernel, and its text for people.
public struct Change: Hashable, Sendable {
    /// Indirect: a change is passed around more often than its action is read.
    public indirect enum Action: Hashable, Sendable {
        case set(Sysctl, Int)
        case addRoute(Route)
        case deleteRoute(Route)
        case addRule(PolicyRule)
        case deleteRule(PolicyRule)
        /// Puts an interface into a device group.
        case setGroup(Link, UInt32)
        /// A transaction on the ruleset. With a generation, the kernel refuses it once the ruleset has another.
        case commit([Command], generation: UInt32?)
    }

    public enum Verb: String, Hashable, Sendable {
        case add
        case remove
        case set
        case restore
        case repair
        case learn

        package var past: String {
            switch self {
            case .add: "added"
            case .remove: "removed"
            case .set: "set"
            case .restore: "restored"
            case .repair: "repaired"
            case .learn: "learnt"
            }
        }
    }

    public let remedy: Remedy
    public let action: Action
    public let verb: Verb
    private let makeObject: @Sendable () -> String

    /// `object` is made whenever it is read: a container waits for the change, and for no text.
    public init(
        _ remedy: Remedy, _ verb: Verb, _ object: @autoclosure @escaping @Sendable () -> String, _ action: Action
    ) {
        self.remedy = remedy
        self.verb = verb
        self.action = action
        makeObject = object
    }

    /// What is changed, with the reason in brackets. It follows the verb.
    public var object: String { makeObject() }

    public static func == (left: Change, right: Change) -> Bool {
        left.remedy == right.remedy && left.verb == right.verb && left.action == right.action
            && left.object == right.object
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(remedy)
        hasher.combine(verb)
        hasher.combine(action)
    }

    /// Whether it only removes what was made for networks that no longer need it: a rule, or a device group.
    public var isWithdrawal: Bool {
        switch action {
        case .deleteRule: true
        case .setGroup(_, let group): group == 0
        case .deleteRoute(let route): route.protocol == Ours.learntProtocol
        default: false
        }
    }

    /// `removed default via 10.89.2.1 dev eth1 (kept: via 10.89.3.1 dev eth0, metric 100)`
    public var done: String { "\(verb.past) \(object)" }

    /// `would remove …`
    public var proposed: String { "would \(attempt)" }

    /// `remove …`, as an error's "cannot" continues.
    public var attempt: String { "\(verb.rawValue) \(object)" }
}
