// What a rule does with a TCP segment from another host that conntrack calls INVALID.
import Firewall
import LinuxSystem

/// How many of the INVALID segments meet a condition.
enum Share: Int, Comparable {
    case none
    /// Some or all: the condition asks for something unknown.
    case some
    case all

    static func < (left: Share, right: Share) -> Bool { left.rawValue < right.rawValue }
}

/// What happens to a packet that meets all of a rule's conditions.
enum Verdict: Hashable {
    /// It continues with the next rule.
    case proceed
    case drop
    /// It leaves this hook, but is not dropped silently: accepted or rejected.
    case end
    case jump(String)
    /// Like `jump`, but a return leads to the chain that jumped to this one.
    case goto(String)
    /// It returns to the chain that jumped here.
    case back
    /// Something else decides, such as a program behind a queue.
    case unknown
}

/// A rule's condition and its verdict.
struct RuleEffect: Equatable {
    var share = Share.all
    /// Whether the condition asks for INVALID.
    var asksForInvalid = false
    var verdict = Verdict.proceed
    var untracks = false

    /// Adds a condition.
    mutating func restrict(to other: Share) { share = min(share, other) }
}
