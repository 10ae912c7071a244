import JSON
import Keel
import LinuxSystem
import Metrics
import Netlink

extension Watcher {
    /// The answer to `GET /status`. Its `version` rises when a key changes its meaning or is removed.
    func status() -> JSON {
        let now = Clock.now
        return .object([
            .init("version", .integer(1)), .init("product", .string(Product.version)),
            .init("pid", .integer(Int64(OwnProcess.id))), .init("dryRun", .boolean(options.isDry)),
            .init("startTime", number(UInt64(startTime))),
            .init("uptimeSeconds", number((now - started) / Clock.second)),
            .init("namespaces", .object(states.map { .init($0.name, .integer(Int64($0.count))) })),
            .init("events", number(counters.events)), .init("wakes", number(counters.wakes)),
            .init("overruns", number(counters.overruns)), .init("looks", number(counters.looks)),
            .init("missed", number(counters.missed)), .init("lockRetries", number(counters.lockRetries)),
            .init("idsAssigned", number(counters.idsAssigned)), .init("resyncs", object(counters.resyncs)),
            .init("remedies", object(counters.remedies)), .init("failures", object(counters.failures)),
            .init("latency", durations(counters.latency)), .init("host", hostStatus(now)),
            .init("docker", .object([.init("connected", .boolean(docker?.knowledge != nil))])),
            .init("nri", pluginStatus(now)),
            .init("contested", .array(contested.map { contest($0, now) })),
        ])
    }

    private func number(_ number: UInt64) -> JSON { .integer(Int64(clamping: number)) }

    private func object(_ tally: Tally) -> JSON { .object(tally.counts.map { .init($0.name, number($0.count)) }) }

    /// Buckets as in the metrics, but each for itself; bounds in microseconds.
    private func durations(_ histogram: Histogram) -> JSON {
        var buckets: [JSON] = []
        for (place, count) in histogram.counts.enumerated() {
            let bound: JSON = place < Histogram.bounds.count ? number(Histogram.bounds[place]) : .null
            buckets.append(.object([.init("upToMicroseconds", bound), .init("count", number(count))]))
        }
        return .object([
            .init("count", number(histogram.total)), .init("sumMicroseconds", number(histogram.sum / 1000)),
            .init("medianUpToMicroseconds", histogram.bound(of: 0.5).map { number($0) } ?? .null),
            .init("99percentUpToMicroseconds", histogram.bound(of: 0.99).map { number($0) } ?? .null),
            .init("buckets", .array(buckets)),
        ])
    }

    private func hostStatus(_ now: UInt64) -> JSON {
        .object([
            .init("generations", number(counters.generations)), .init("restorations", object(counters.restorations)),
            .init("tables", .array(upkeep.held.filter { !upkeep.declined.contains($0) }.map { .string(name($0)) })),
            .init("declined", .array(upkeep.declined.map { .string(name($0)) })),
            .init("contested", .boolean(now < upkeep.contestedUntil)),
        ])
    }

    private func pluginStatus(_ now: UInt64) -> JSON {
        guard let nri else { return .object([.init("state", .string(NRIListener.State.off.rawValue))]) }
        return .object([
            .init("state", .string(nri.state.rawValue)),
            .init("sinceSeconds", number((now - nri.since) / Clock.second)),
            .init("runtime", .string(nri.runtime)), .init("runtimeVersion", .string(nri.version)),
            .init("failures", number(nri.failures)),
            .init("lastFailure", nri.lastFailure.map { .string($0.description) } ?? .null),
            .init("pods", number(nri.latency.total)), .init("late", number(nri.late)),
            .init("answers", durations(nri.latency)),
        ])
    }

    private func name(_ version: IPVersion) -> String { version == .v4 ? "ip" : "ip6" }

    private func contest(_ entry: Watched, _ now: UInt64) -> JSON {
        .object([
            .init("container", .string(entry.name)), .init("namespace", entry.found.map { .string($0.path) } ?? .null),
            .init("id", .integer(Int64(entry.id))), .init("change", .string(entry.budget.contestedChange)),
            .init("port", entry.rival.map { .integer(Int64($0)) } ?? .null),
            .init("program", entry.rival.map { .string(Rival.text($0, in: entry.found)) } ?? .null),
            .init("sinceSeconds", number((now - entry.budget.contestedSince) / Clock.second)),
            .init(
                "forSeconds",
                number((entry.budget.contestedUntil - min(now, entry.budget.contestedUntil)) / Clock.second)),
        ])
    }
}
