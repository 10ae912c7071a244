import LinuxSystem
import LinuxTools
import Diagnosis
import Discovery
import Keel
import WatchClient

/// A diagnosis in words: the verdict, then host and containers, each with its findings.
struct DoctorReport {
    static let couldNotLook: Int32 = 2

    let findings: [Finding]
    let missed: [Diagnosis.Missed]
    let skipped: [SkippedNamespace]
    /// The containers that were looked at.
    let containers: [ContainerNamespace]
    /// A sentence saying that the named container has gone.
    let absence: String?
    private let diagnosis: Diagnosis

    init(_ diagnosis: Diagnosis, absence: String? = nil) {
        self.diagnosis = diagnosis
        self.absence = absence
        findings = diagnosis.findings()
        missed = diagnosis.missed
        skipped = diagnosis.skipped
        containers = diagnosis.observations.map { $0.container }
    }

    private var troubles: [Finding] { findings.filter { $0.severity > .information } }

    /// Whether everything asked for was looked at.
    var isComplete: Bool { missed.isEmpty && absence == nil }

    var isHostComplete: Bool { diagnosis.isHostComplete }

    var status: Int32 { troubles.isEmpty ? (isComplete ? 0 : Self.couldNotLook) : 1 }

    func text(_ paint: Paint, diagram: Bool, verbose: Bool = false) -> String {
        var lines = [paint.verdict(status == 0, verdict)]
        let shared = sharedFindings
        let own = findings.filter { finding in !shared.contains { $0[0].isLike(finding) } }
        lines += Self.grouped(own, paint) { Self.lines(of: $0, paint) }
        lines += shared.flatMap { Self.lines(ofShared: $0, paint) }
        if verbose { lines += wellLines(paint) }
        if diagram { lines += diagnosis.diagrams(columns: paint.columns).flatMap { ["", String($0.dropLast())] } }
        lines += missedLines
        lines += skippedLines
        lines += watcherLines
        return lines.map { $0 + "\n" }.joined()
    }

    /// What was looked at and is well, by place.
    private func wellLines(_ paint: Paint) -> [String] {
        var lines: [String] = []
        var place: Finding.Place?
        for check in diagnosis.wellChecks() {
            if place != check.place { lines += ["", paint.place("\(Self.title(of: check.place)): well")] }
            place = check.place
            let head = "  \(paint.well) "
            lines += paint.columns.map { wrapped(check.text, after: head, columns: $0) } ?? [head + check.text]
        }
        return lines
    }

    /// A quiet word on the watcher, if one runs.
    private var watcherLines: [String] {
        guard let watcher else { return [] }
        let kept = plural(watcher.kept, "container")
        let work = watcher.isDry ? "looks after \(kept), but changes nothing (--dry-run)" : "keeps \(kept) safe"
        let declined = watcher.host.declined.map { "table \($0) evenkeel" }.joined(separator: " and ")
        let exception =
            declined.isEmpty
            ? [] : ["it does not restore \(declined), which somebody took away by name, until `evenkeel host apply`"]
        return ["", "evenkeel-watch runs: it \(work)"] + exception.map { "  \($0)" }
    }

    var watcher: WatcherStatus? { diagnosis.host.watcher }

    /// Skipped namespaces are listed only if they may be a container's, or if no container was found. Nobody expects a look
    /// at those of services.
    private var skippedLines: [String] {
        let told = containers.isEmpty ? skipped : skipped.filter { $0.isExpected }
        guard !told.isEmpty else { return [] }
        let rest = told.count - Self.mostSkipped
        return [""] + told.prefix(Self.mostSkipped).map { printable("left out: \($0.path) (\($0.reason))") }
            + (rest > 0 ? ["and \(rest) more"] : [])
    }

    private static let mostSkipped = 3

    /// Says first what could not be looked at, for those who read only this line.
    var verdict: String {
        let known = findings.count - troubles.count
        let worth = known > 0 ? "; \(plural(known, "thing")) worth knowing" : ""
        let looked = "the host and \(plural(containers.count, "container"))"
        let counts = [Finding.Severity.error, .warning].compactMap { severity -> String? in
            let count = troubles.count { $0.severity == severity }
            return count > 0 ? plural(count, severity.rawValue) : nil
        }.joined(separator: " and ")
        let partly = [absence, missedWords].compactMap { $0 }.joined(separator: "; ")
        if partly.isEmpty {
            return troubles.isEmpty
                ? "healthy: nothing wrong with \(looked)\(worth)" : "\(counts), after a look at \(looked)\(worth)"
        }
        let rest = missed.isEmpty ? "the host" : "what could be looked at"
        return "\(partly); \(troubles.isEmpty ? "nothing wrong" : counts) with \(rest)\(worth)"
    }

    private var missedWords: String? {
        guard !missed.isEmpty else { return nil }
        let count = diagnosis.missedContainers
        var parts = isHostComplete ? [] : ["all of the host"]
        if count > 0 { parts.append(plural(count, "container")) }
        // Unreadable folders, which may hold some.
        if parts.isEmpty { parts.append("every container") }
        return "could not look at \(parts.joined(separator: " and ")) (see the end)"
    }

    private func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// An empty line and a title for each place, then the lines that `lines` makes of its findings.
    static func grouped(_ findings: [Finding], _ paint: Paint, _ lines: (Finding) -> [String]) -> [String] {
        groups(of: findings).flatMap { group in
            ["", paint.place(title(of: group.place))] + group.findings.flatMap(lines)
        }
    }

    private static func groups(of findings: [Finding]) -> [(place: Finding.Place, findings: [Finding])] {
        var groups: [(place: Finding.Place, findings: [Finding])] = []
        for finding in findings {
            // Findings are sorted by place.
            if groups.last?.place == finding.place {
                groups[groups.count - 1].findings.append(finding)
            } else {
                groups.append((finding.place, [finding]))
            }
        }
        return groups
    }

    /// Information that is the same for several containers, printed once.
    private var sharedFindings: [[Finding]] {
        var groups: [[Finding]] = []
        for finding in findings where finding.severity == .information && finding.place != .host {
            if let place = groups.firstIndex(where: { $0[0].isLike(finding) }) {
                groups[place].append(finding)
            } else {
                groups.append([finding])
            }
        }
        return groups.filter { $0.count > 1 }
    }

    private static func lines(ofShared findings: [Finding], _ paint: Paint) -> [String] {
        let names = findings.prefix(mostShared).map { finding -> String in
            if case .container(let namespace) = finding.place { printable(namespace.title) } else { "host" }
        }
        let rest = findings.count - names.count
        let all = names.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        let title = "\(findings.count) containers: \(all)"
        return ["", paint.place(title), "  \(head(of: findings[0], paint))"]
            + wrapped(findings[0].consequence, after: "    so:   ", columns: paint.columns)
            + ["    more: evenkeel explain \(findings[0].id.rawValue); evenkeel doctor --container NAME for the rest"]
    }

    private static let mostShared = 4

    private static func title(of place: Finding.Place) -> String {
        guard case .container(let namespace) = place else { return "host" }
        let about = [namespace.engine?.rawValue, namespace.title == namespace.path ? nil : namespace.path].compactMap {
            $0
        }
        return printable(namespace.title + (about.isEmpty ? "" : " (\(about.joined(separator: ", ")))"))
    }

    static func head(of finding: Finding, _ paint: Paint) -> String {
        "\(paint.head(finding.severity, finding.id.rawValue)): \(finding.summary)"
    }

    static func lines(of finding: Finding, _ paint: Paint) -> [String] {
        ["  \(head(of: finding, paint))"] + explanation(of: finding, paint)
    }

    static func explanation(of finding: Finding, _ paint: Paint) -> [String] {
        finding.evidence.map { "      \($0)" }
            + wrapped(finding.consequence, after: "    so:   ", columns: paint.columns) + remedy(of: finding, paint)
            + ["    more: evenkeel explain \(finding.id.rawValue)"]
    }

    /// A command can be pasted; what is in brackets is advice.
    private static func remedy(of finding: Finding, _ paint: Paint) -> [String] {
        let head = "    fix:  "
        guard let columns = paint.columns else { return [head + finding.remedy] }
        return finding.remedy.hasPrefix("(")
            ? wrapped(finding.remedy, after: head, columns: columns)
            : wrappedCommand(finding.remedy, after: head, then: "          ", columns: columns)
    }

    /// What could not be looked at. The same advice is printed once.
    var missedLines: [String] {
        if missed.isEmpty { return [] }
        var lines = ["", "could not look at:"]
        for one in missed.prefix(Self.mostMissed) {
            lines.append("  \(printable(one.what)): \(printable(one.reason))")
        }
        let rest = missed.count - Self.mostMissed
        if rest > 0 { lines.append("  and \(rest) more") }
        var advice: [String] = []
        for word in missed.compactMap({ $0.advice }) where !advice.contains(word) { advice.append(word) }
        return lines + advice.map { "  \($0)" }
    }

    private static let mostMissed = 10
}

extension Finding {
    /// Whether it says the same about another container.
    fileprivate func isLike(_ other: Finding) -> Bool {
        id == other.id && severity == other.severity && summary == other.summary && consequence == other.consequence
            && place != .host && other.place != .host
    }
}
