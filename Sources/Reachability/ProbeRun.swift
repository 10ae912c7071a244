import CLinux
public import LinuxSystem
import Netlink

/// Sends the probes of a test's rows and waits for their answers, a bounded time. Changes nothing but what every packet changes:
/// neighbours and entries of connection tracking.
///
/// Each probe has a socket of its own, hence a port of its own: the kernel may send each by another way.
public struct ProbeRun {
    /// In milliseconds: between the probes of a row, and how long an answer may take. TCP sends again after a second.
    private static let (interval, patience): (UInt64, UInt64) = (50, 1000)
    /// How much earlier the gateways are asked, in milliseconds. For a neighbour that is not known yet the kernel asks with the
    /// source of the first packet; if that is of another network nobody answers, and all rows by that gateway lose for seconds.
    private static let lead: UInt64 = 250
    private static let millisecond = Clock.second / 1000
    /// The probes of a row whose answers are limited in rate: two if few rows are, else one.
    private static let (mostLimited, fewRows) = (2, 4)

    private let echo: DatagramEcho
    private var results: [RowResult]
    private var pending: [Probe] = []
    /// What is still to be sent, the last first.
    private var schedule: [(place: Int, time: UInt64)] = []
    private var retries = LimitedRetries()
    private var number = 0
    private let total: Int

    /// `count`: the probes of a row. To be called in the host's namespace, where the sockets that answer belong.
    public init(_ rows: [ProbeRow], count: Int) {
        echo = DatagramEcho(for: rows)
        results = rows.map { RowResult($0) }
        let limited = Set(rows.filter { [echo] in $0.protocol == .udp && echo.port(of: $0.target) == nil })
        for (place, row) in rows.enumerated() {
            let isAmongFew = limited.count { $0.version == row.version } <= Self.fewRows
            let most = limited.contains(row) ? (isAmongFew ? Self.mostLimited : 1) : count
            for round in 0..<min(count, most) {
                // Not at the same place in each round: where the kernel alternates, a row would meet the same way each time.
                let time =
                    UInt64(round) * Self.interval + .random(in: 0..<Self.interval)
                    + (row.target.kind == .gateway ? 0 : Self.lead)
                schedule.append((place, time * Self.millisecond))
            }
        }
        schedule.sort { $0.time > $1.time }
        total = schedule.count
    }

    /// Sends from the calling thread's namespace. `progress` gets how many probes have come to an end, and of how many.
    ///
    /// - Throws: if the kernel refuses a socket.
    public mutating func carryOut(progress: (Int, Int) -> Void) throws(KernelError) -> [RowResult] {
        let start = Clock.now
        var done = 0
        while !schedule.isEmpty || !pending.isEmpty {
            try sendDue(since: start)
            // After a time without the processor an answer may need several rounds: the host's end answers here as well.
            for round in 0..<4 { guard wait(milliseconds: round == 0 ? sleep(since: start) : 0) else { break } }
            expire()
            collect()
            let finished = total - schedule.count - pending.count
            if finished != done { progress(finished, total) }
            done = finished
        }
        return results
    }

    private mutating func sendDue(since start: UInt64) throws(KernelError) {
        while let next = schedule.last, start + next.time <= Clock.now, pending.count < Self.mostPending {
            schedule.removeLast()
            number += 1
            let row = results[next.place].row
            results[next.place].sent += 1
            pending.append(
                try Probe(
                    row, at: next.place, number: number, nonce: echo.nonce, echoPort: echo.port(of: row.target)))
        }
        if schedule.isEmpty { retries.sendAgain(&pending) }
    }

    /// Leaves room for the host's sockets.
    private static let mostPending = Int(LINUX_MOST_PROBES) - 64

    /// Milliseconds until there is something to do, at most a few.
    private func sleep(since start: UInt64) -> Int32 {
        guard let next = schedule.last, pending.count < Self.mostPending else { return 20 }
        let now = Clock.now
        return start + next.time <= now ? 0 : Int32(min((start + next.time - now) / Self.millisecond + 1, 20))
    }

    /// Takes what has come; whether there was anything.
    private mutating func wait(milliseconds: Int32) -> Bool {
        let own = echo.descriptors
        let waiting = pending.indices.filter { pending[$0].isWaiting }
        let descriptors = waiting.map { pending[$0].socket.number } + own
        let connecting = waiting.map { pending[$0].isConnecting ? 1 : UInt8(0) } + own.map { _ in 0 }
        var ready = [UInt8](repeating: 0, count: descriptors.count)
        guard linux_poll_probes(descriptors, connecting, &ready, Int32(descriptors.count), milliseconds) > 0
        else { return false }
        for (place, descriptor) in own.enumerated() where ready[waiting.count + place] != 0 { echo.answer(descriptor) }
        for (place, index) in waiting.enumerated() where ready[place] != 0 { pending[index].check() }
        return true
    }

    private mutating func expire() {
        let now = Clock.now
        for index in pending.indices where now - pending[index].sentAt > Self.patience * Self.millisecond {
            guard pending[index].isWaiting else { continue }
            switch pending[index].isLimited ? retries.decide(pending[index]) : .lost {
            case .keep: continue
            case .lost: pending[index].giveUp()
            case .unknown: pending[index].withdraw()
            }
        }
    }

    /// Removes what has come to an end.
    private mutating func collect() {
        for probe in pending {
            switch probe.state {
            case .waiting: continue
            case .answered(let time):
                results[probe.place].times.append(time)
                retries.noteAnswer(of: probe)
            case .withdrawn: results[probe.place].sent -= 1
            case .lost(let refusal): results[probe.place].refusal = refusal ?? results[probe.place].refusal
            }
        }
        pending.removeAll { !$0.isWaiting }
    }
}
