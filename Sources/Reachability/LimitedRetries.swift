import LinuxSystem
import Netlink

/// Asks again where a peer limits how often it says "port unreachable": Linux says it to one address once a second, after a burst of
/// six, whoever asked. Each try goes out after a limit has passed, by the socket of the first, so a way that loses still does.
struct LimitedRetries {
    /// A little more than a second: the limit of all addresses that one peer may have.
    private static let pace = Clock.second * 11 / 10
    private static let mostTries = 3
    /// How many tries a target gets that has answered nothing yet.
    private static let mostUnanswered = 3
    /// However many rows there are.
    private static let longest = 60 * Clock.second

    private var first: UInt64?
    private var next: [Lane: UInt64] = [:]
    private var answered: Set<ProbeTarget> = []
    private var tried: [ProbeTarget: Int] = [:]

    /// What may be one peer, and hence has one limit: the gateways, or whatever else the user named, in a family.
    private struct Lane: Hashable {
        let version: IPVersion
        let kind: ProbeTarget.Kind

        init(_ target: ProbeTarget) { (version, kind) = (target.address.version, target.kind) }
    }

    enum Decision {
        /// It is to be sent again, or has just been.
        case keep
        case lost
        /// There is no time left to ask for it.
        case unknown
    }

    /// What becomes of a probe without an answer.
    func decide(_ probe: Probe) -> Decision {
        if probe.tries >= Self.mostTries { return .lost }
        let hasAnswered = answered.contains(probe.row.target)
        if let first, Clock.now - first >= Self.longest { return hasAnswered ? .unknown : .lost }
        return hasAnswered || tried[probe.row.target, default: 0] < Self.mostUnanswered ? .keep : .lost
    }

    mutating func noteAnswer(of probe: Probe) {
        if probe.isLimited { answered.insert(probe.row.target) }
    }

    /// Sends one of each lane again if it is time: the one that has waited longest.
    mutating func sendAgain(_ pending: inout [Probe]) {
        let now = Clock.now
        let waiting = pending.indices.filter { place in
            pending[place].isLimited && pending[place].isWaiting && now - pending[place].sentAt > Clock.second
        }
        for place in waiting.sorted(by: { pending[$0].sentAt < pending[$1].sentAt }) {
            let target = pending[place].row.target
            guard now >= next[Lane(target)] ?? 0 else { continue }
            first = first ?? now
            next[Lane(target)] = now + Self.pace
            tried[target, default: 0] += 1
            pending[place].sendAgain()
        }
    }
}
