import Firewall
import Keel
import LinuxSystem
import Netlink

/// Writes metrics as Prometheus reads them: text format 0.0.4, or OpenMetrics 1.0.
struct Exposition {
    enum Format {
        case prometheus
        case openMetrics
    }

    private let format: Format
    private var text = ""

    init(_ format: Format) { self.format = format }

    /// A counter by the values of one label; `label` is nil for one without.
    mutating func counter(_ name: String, _ help: String, _ label: String?, _ values: [(String, UInt64)]) {
        counter(name, help, values.map { value, number in (label.map { [($0, value)] } ?? [], number) })
    }

    mutating func gauge(_ name: String, _ help: String, _ label: String?, _ values: [(String, String)]) {
        begin(name, "gauge", help)
        for (value, number) in values { sample(name, label.map { [($0, value)] } ?? [], number) }
    }

    mutating func counter(_ name: String, _ help: String, _ values: [([(String, String)], UInt64)]) {
        // OpenMetrics names the family without the ending of its samples.
        begin(format == .openMetrics ? name : name + "_total", "counter", help)
        for (labels, number) in values { sample(name + "_total", labels, "\(number)") }
    }

    /// In seconds, from buckets in microseconds.
    mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(name, "histogram", help)
        var sum: UInt64 = 0
        for (place, count) in histogram.counts.enumerated() {
            sum += count
            let bound =
                place < Histogram.bounds.count ? Self.decimal(millionths: Histogram.bounds[place]) : "+Inf"
            sample(name + "_bucket", [("le", bound)], "\(sum)")
        }
        sample(name + "_sum", [], Self.decimal(millionths: histogram.sum / 1000))
        sample(name + "_count", [], "\(sum)")
    }

    /// The whole text.
    var result: String { format == .openMetrics ? text + "# EOF\n" : text }

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Backslash, quote and line feed, by the text format.
    static func escaped(_ value: String) -> String {
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A number of millionths as a decimal fraction: 200 is 0.0002.
    static func decimal(millionths number: UInt64) -> String {
        let (whole, rest) = (number / 1_000_000, number % 1_000_000)
        if rest == 0 { return "\(whole)" }
        var digits = Array("\(1_000_000 + rest)".utf8.dropFirst())
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(whole)." + String(decoding: digits, as: UTF8.self)
    }
}

extension Watcher {
    func metrics(_ format: Exposition.Format) -> String {
        var text = Exposition(format)
        text.gauge(
            "evenkeel_build_info", "The version, as a label.", "version", [(Product.version, "1")])
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
            if let fill = try ConntrackFill.observe() {
                text.gauge(
                    "evenkeel_conntrack_entries", "Entries of the connection tracking table.", nil,
                    [("", "\(fill.entries)")])
                text.gauge("evenkeel_conntrack_limit", "Its limit; 0: none.", nil, [("", "\(fill.max)")])
            }
        } catch {}
        var dropped: [([(String, String)], UInt64)] = []
        for version in IPVersion.allCases {
            do {
                for rule in try host.firewall.counters(of: InvalidDrop(version: version).table) {
                    guard let counter = rule.counter else { continue }
                    dropped.append(
                        ([("family", version == .v4 ? "ip" : "ip6"), ("chain", rule.chain)], counter.packets))
                }
            } catch { continue }
        }
        text.counter("evenkeel_invalid_dropped_packets", "What our rules for INVALID segments dropped.", dropped)
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
