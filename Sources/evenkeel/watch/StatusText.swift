import LinuxSystem
import LinuxTools
import WatchClient

/// The status for people.
extension WatcherStatus {
    var text: String {
        let sections = [summary, namespaceSection, hostSection, engineSection, workSection].filter { !$0.isEmpty }
        return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    var isContested: Bool { !contests.isEmpty || host.isContested }

    private var summary: [String] {
        let since = "since \(LocalTime.text(startTime)) (\(duration(uptimeSeconds)))"
        let lines = ["The watcher runs: version \(product), process \(processID), \(since)."]
        return isDry ? lines + ["It changes nothing, and only says what it would do (--dry-run)."] : lines
    }

    private var namespaceSection: [String] {
        let names = [
            "kept": "kept safe", "young": "starting", "left": "left alone", "foreign": "no container's",
            "unknown": "not known yet",
        ]
        let rows = namespaces.map { (names[$0.name] ?? $0.name, "\($0.number)") }
        return ["Network namespaces"] + table(rows) + contests.flatMap { lines(of: $0) }
    }

    private func lines(of contest: Contest) -> [String] {
        [
            "  contested: \(contest.container), by \(contest.program ?? "another program")",
            "    it keeps undoing this: \(contest.change)",
            "    for \(duration(contest.sinceSeconds)) now; nothing is done about it for \(duration(contest.forSeconds))",
        ]
    }

    private var hostSection: [String] {
        var rows = [("tables", list(host.tables))]
        if !host.declined.isEmpty {
            rows.append(("taken away", "\(list(host.declined)), by name: so it stays until `evenkeel host apply`"))
        }
        rows.append(("restored after", list(host.restorations)))
        let note = "  contested: a program keeps taking them away, so they are not restored for a minute"
        return ["Rules for INVALID TCP segments"] + table(rows) + (host.isContested ? [note] : [])
    }

    private var engineSection: [String] {
        var rows: [(name: String, value: String)] = []
        if let hasDocker { rows.append(("Docker", hasDocker ? "connected" : "not connected")) }
        if let plugin { rows += plugin.rows }
        return rows.isEmpty ? [] : ["Engines that are listened to"] + table(rows)
    }

    private var workSection: [String] {
        let names = [
            "wakes": "times awake", "overruns": "overruns of the queue", "looks": "looks at a container",
            "missed": "remedies found late", "lockRetries": "looks put off", "idsAssigned": "ids assigned",
        ]
        var rows = work.map { (names[$0.name] ?? $0.name, "\($0.number)") }
        rows.append(("looks at everything", list(resyncs)))
        rows.append(("remedies", list(remedies)))
        rows.append(("failures", list(failures)))
        rows.append(("from event to remedy", latencyText))
        return ["Work"] + table(rows)
    }

    private var latencyText: String {
        guard latency.count > 0 else { return "none yet" }
        return "half \(bound(latency.median)), 99 % \(bound(latency.of99Percent)), of \(latency.count)"
    }

    /// Of the last bucket no bound is known.
    private func bound(_ microseconds: Int?) -> String {
        guard let microseconds else { return "longer" }
        let tenths = (microseconds + 50) / 100
        return "within \(tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") ms"
    }

    private func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }

    private func list(_ counts: [Count]) -> String { list(counts.map { "\($0.name) \($0.number)" }) }

    private func table(_ rows: [(name: String, value: String)]) -> [String] {
        let width = rows.map { $0.name.cells }.max() ?? 0
        return rows.map { "  \($0.name.padded(to: width))  \($0.value)" }
    }
}

extension WatcherStatus.Plugin {
    fileprivate var rows: [(name: String, value: String)] {
        if state == "off" { return [("NRI", "off")] }
        guard state == "live" else {
            let reason = lastFailure.map { ", \(failures) times in vain: \($0)" } ?? ""
            return [("NRI", "\(state) for \(duration(sinceSeconds))\(reason)")]
        }
        let pods = "\(pods), of which \(late) answered before they were safe"
        return [("NRI", "\(runtime), for \(duration(sinceSeconds))"), ("pods that started", pods)]
    }
}

/// Roughly, in the largest two units: `3 h 12 min`.
private func duration(_ seconds: Int) -> String {
    if seconds < 120 { return "\(seconds) s" }
    if seconds < 7200 { return "\(seconds / 60) min" }
    let hours = seconds / 3600
    return hours < 48 ? "\(hours) h \(seconds % 3600 / 60) min" : "\(hours / 24) d \(hours % 24) h"
}
