// What a rule does with one kind of packet: a TCP segment from another host that conntrack calls INVALID.
import Firewall
import LinuxSystem

/// How many of the INVALID segments meet a condition.
enum Share: Int, Comparable {
    case none
    /// Some or all: it asks what is not known of such a segment.
    case some
    case all

    static func < (left: Share, right: Share) -> Bool { left.rawValue < right.rawValue }
}

/// What becomes of a packet that has met all a rule's conditions.
enum Verdict: Hashable {
    /// The next rule.
    case proceed
    case drop
    /// Its way through this hook ends, but not silently: accepted, rejected.
    case end
    case jump(String)
    /// As `jump`, but what comes back goes on in the chain that jumped to this one.
    case goto(String)
    /// Back to the chain that jumped here.
    case back
    /// Somebody outside decides, such as a program behind a queue.
    case unknown
}

/// A condition and what follows from it.
struct RuleEffect: Equatable {
    var share = Share.all
    /// Whether the segment's being INVALID is among the conditions.
    var asksForInvalid = false
    var verdict = Verdict.proceed
    var untracks = false

    /// Adds a condition.
    mutating func restrict(to other: Share) { share = min(share, other) }
}
