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

    /// Whether a probe without an answer is kept, to be sent again or because it has just been.
    func isWorthwhile(_ probe: Probe) -> Bool {
        guard probe.tries < Self.mostTries, first.map({ Clock.now - $0 < Self.longest }) ?? true else { return false }
        return answered.contains(probe.row.target) || tried[probe.row.target, default: 0] < Self.mostUnanswered
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
