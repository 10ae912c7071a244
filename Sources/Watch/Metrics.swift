import Firewall
import Keel
import LinuxSystem
import Metrics
import Netlink

extension Watcher {
    func metrics(_ format: Exposition.Format) -> String {
        var text = Exposition(format)
        text.addVersion(Product.version)
        text.gauge(
            "evenkeel_watch_start_time_seconds", "When the watcher started, in seconds since 1970.", nil,
            [("", "\(startTime)")])
        for (name, help, number) in [
            ("events", "Changes that the kernel told of.", counters.events),
            ("wakes", "Times that the watcher woke up.", counters.wakes),
            ("overruns", "Times that changes were lost, and everything was looked at.", counters.overruns),
            ("looks", "Looks at a container.", counters.looks),
            ("missed", "Remedies that only a look at a quiet time found.", counters.missed),
            ("lock_retries", "Looks that were put off because another run was at work.", counters.lockRetries),
            ("ids_assigned", "Namespaces that were given an id, to hear of their changes.", counters.idsAssigned),
            ("contests", "Times that another program kept undoing a remedy.", counters.contests),
            ("ruleset_generations", "Transactions on nftables' ruleset.", counters.generations),
        ] {
            text.counter("evenkeel_watch_\(name)", help, nil, [("", number)])
        }
        text.counter("evenkeel_watch_resyncs", "Looks at everything.", "reason", values(counters.resyncs))
        text.counter(
            "evenkeel_watch_remedies", "Changes that were made.", "remedy",
            values(counters.remedies, Remedy.allCases.map { $0.rawValue }))
        text.counter("evenkeel_watch_failures", "What the kernel refused.", "errno", values(counters.failures))
        text.counter(
            "evenkeel_watch_restorations", "Times that the host's tables were restored.", "program",
            values(counters.restorations))
        text.histogram(
            "evenkeel_watch_safe_seconds", "From a change's event to the end of its remedy.", counters.latency)
        text.gauge(
            "evenkeel_watch_namespaces", "Network namespaces that have an id.", "state",
            states.map { ($0.name, "\($0.count)") })
        text.gauge(
            "evenkeel_watch_contested", "Containers of which another program keeps undoing a remedy.", nil,
            [("", "\(contested.count)")])
        addEngines(&text)
        addHost(&text)
        if options.metricsPerContainer { addContainers(&text) }
        return text.result
    }

    private func values(_ tally: Tally, _ names: [String] = []) -> [(String, UInt64)] {
        let zero = names.filter { name in !tally.counts.contains { $0.name == name } }
        return tally.counts.map { ($0.name, $0.count) } + zero.map { ($0, 0) }
    }

    private func addEngines(_ text: inout Exposition) {
        text.gauge(
            "evenkeel_watch_docker_connected", "Whether Docker tells of its networks.", nil,
            [("", docker?.knowledge == nil ? "0" : "1")])
        text.gauge(
            "evenkeel_watch_nri_state", "1 for the state of the connection by which a runtime tells of pods.", "state",
            NRIListener.State.allCases.map { ($0.rawValue, $0 == nri?.state ?? .off ? "1" : "0") })
        guard let nri else { return }
        text.histogram(
            "evenkeel_watch_nri_answer_seconds", "From a pod's question to its answer: its containers wait for it.",
            nri.latency)
        text.counter(
            "evenkeel_watch_nri_late", "Pods that were answered before they were safe.", nil, [("", nri.late)])
    }

    private func addHost(_ text: inout Exposition) {
        do {
            if let fill = try ConntrackFill.observe() { text.addConntrack(entries: fill.entries, limit: fill.max) }
        } catch {}
        var dropped: [Exposition.Dropped] = []
        for version in IPVersion.allCases {
            do {
                for rule in try host.firewall.counters(of: InvalidDrop(version: version).table) {
                    guard let counter = rule.counter else { continue }
                    dropped.append(.init(inIPv6: version == .v6, chain: rule.chain, packets: counter.packets))
                }
            } catch { continue }
        }
        text.addDropped(dropped)
    }

    private func addContainers(_ text: inout Exposition) {
        let containers = namespaces.values.filter { $0.isContainer }
        text.counter(
            "evenkeel_container_remedies", "Changes that were made in a container.",
            containers.map { ([("container", $0.name), ("namespace", $0.found?.path ?? "")], $0.remedies) })
    }

    /// The namespaces by state; those in a contest are counted apart.
    var states: [(name: String, count: Int)] {
        let now = Clock.now
        return Watched.State.allCases.map { state in
            (state.rawValue, namespaces.values.count { $0.state == state && !$0.budget.isContested(at: now) })
        } + [("contested", contested.count)]
    }

    var contested: [Watched] {
        let now = Clock.now
        return namespaces.values.filter { $0.isContainer && $0.budget.isContested(at: now) }
    }
}
