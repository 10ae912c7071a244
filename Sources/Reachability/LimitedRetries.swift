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
    private var next: [IPVersion: UInt64] = [:]
    private var answered: Set<ProbeTarget> = []
    private var tried: [ProbeTarget: Int] = [:]

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

    /// Sends one of each family again if it is time: the one that has waited longest.
    mutating func sendAgain(_ pending: inout [Probe]) {
        let now = Clock.now
        for version in IPVersion.allCases where now >= next[version] ?? 0 {
            let waiting = pending.indices.filter { place in
                pending[place].isLimited && pending[place].isWaiting && pending[place].row.version == version
                    && now - pending[place].sentAt > Clock.second
            }
            guard let place = waiting.min(by: { pending[$0].sentAt < pending[$1].sentAt }) else { continue }
            first = first ?? now
            next[version] = now + Self.pace
            tried[pending[place].row.target, default: 0] += 1
            pending[place].sendAgain()
        }
    }
}
