public import LinuxSystem
public import Netlink

/// What came of a row.
public struct RowResult: Hashable, Sendable {
    public let row: ProbeRow
    public var sent = 0
    /// The times between question and answer, in nanoseconds.
    public var times: [UInt64] = []
    /// Why the kernel sent nothing, at the last probe that it refused.
    public var refusal: Errno?

    public init(_ row: ProbeRow, sent: Int = 0, times: [UInt64] = [], refusal: Errno? = nil) {
        self.row = row
        self.sent = sent
        self.times = times
        self.refusal = refusal
    }

    public var lost: Int { sent - times.count }

    /// In nanoseconds; nil if nothing was answered.
    public var median: UInt64? { times.isEmpty ? nil : times.sorted()[times.count / 2] }
}

/// What the rows say together. Pure.
public struct Judgement: Sendable {
    public enum Verdict: String, Sendable {
        case answered
        /// Some probes were lost where others were answered.
        case lost
        /// Nothing answers where an answer was to be expected, so there is nothing to compare with; or not all was sent.
        case noAnswer = "no-answer"
    }

    public enum State: String, Sendable {
        case answered
        case lost
        /// Nothing was answered in any row with this target and protocol.
        case silent = "no-answer"
    }

    public let results: [RowResult]
    public let states: [State]
    /// Whether everything was sent that was asked for.
    public let isWhole: Bool

    public init(_ results: [RowResult], isWhole: Bool = true) {
        self.results = results
        self.isWhole = isWhole
        var heard = Set<Group>()
        for result in results where !result.times.isEmpty { heard.insert(Group(result.row)) }
        states = results.map { result in
            if result.lost == 0 { return .answered }
            // A published port has no other row to compare with, and the host knows who should answer.
            return heard.contains(Group(result.row)) || result.row.target.kind == .published ? .lost : .silent
        }
    }

    private struct Group: Hashable {
        let target: ProbeTarget
        let `protocol`: ProbeProtocol

        init(_ row: ProbeRow) { (target, `protocol`) = (row.target, row.protocol) }
    }

    public var losing: [RowResult] { zip(results, states).filter { $0.1 == .lost }.map { $0.0 } }

    public var verdict: Verdict {
        if states.contains(.lost) { return .lost }
        return !isWhole || results.isEmpty || !silentTargets.isEmpty || !unansweredProtocols.isEmpty
            ? .noAnswer : .answered
    }

    /// The targets that answered nothing. A gateway is not among them if packets from its network came back from beyond it: routers
    /// need not answer themselves.
    public var silentTargets: [ProbeTarget] {
        targets.filter { target in
            let own = results.filter { $0.row.target == target }
            guard own.allSatisfy({ $0.times.isEmpty }), target.kind != .published else { return false }
            let sources = Set(own.map { $0.row.source }).subtracting([.unbound])
            return target.kind != .gateway
                || !results.contains {
                    $0.row.target.kind != .gateway && sources.contains($0.row.source) && !$0.times.isEmpty
                }
        }
    }

    /// The protocols of a family that no target answers, though some target answers another one.
    public var unansweredProtocols: [(version: IPVersion, protocol: ProbeProtocol)] {
        IPVersion.allCases.flatMap { version -> [(version: IPVersion, protocol: ProbeProtocol)] in
            let own = results.filter { $0.row.version == version && $0.row.target.kind != .published }
            guard own.contains(where: { !$0.times.isEmpty }) else { return [] }
            return ProbeProtocol.allCases.filter { kind in
                own.contains { $0.row.protocol == kind }
                    && own.allSatisfy { $0.row.protocol != kind || $0.times.isEmpty }
            }.map { (version, $0) }
        }
    }

    /// Each once, in the order of their rows.
    private var targets: [ProbeTarget] {
        var targets: [ProbeTarget] = []
        for result in results where !targets.contains(result.row.target) { targets.append(result.row.target) }
        return targets
    }
}
