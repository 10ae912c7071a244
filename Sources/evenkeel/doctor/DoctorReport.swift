import Diagnosis
import Discovery
import Keel

/// A diagnosis in words: the verdict, then host and containers, each with its findings.
struct DoctorReport {
    static let couldNotLook: Int32 = 2

    let findings: [Finding]
    let missed: [Diagnosis.Missed]
    let skipped: [SkippedNamespace]
    /// Those that were looked at.
    let containers: [ContainerNamespace]
    private let diagnosis: Diagnosis
    /// Whether somebody named what was to be looked at.
    private let isNamed: Bool

    init(_ diagnosis: Diagnosis, isNamed: Bool) {
        self.diagnosis = diagnosis
        self.isNamed = isNamed
        findings = diagnosis.findings()
        missed = diagnosis.missed
        skipped = diagnosis.skipped
        containers = diagnosis.observations.map { $0.container }
    }

    private var troubles: [Finding] { findings.filter { $0.severity > .information } }

    /// Whether there was something to look at and none of it could be.
    private var sawNothing: Bool { diagnosis.missedContainers > 0 && (isNamed || containers.isEmpty) }

    var status: Int32 { troubles.isEmpty ? (sawNothing ? Self.couldNotLook : 0) : 1 }

    func text(_ paint: Paint, diagram: Bool) -> String {
        var lines = [paint.verdict(status == 0, verdict)]
        for group in groups {
            lines += ["", paint.place(title(of: group.place))] + group.findings.flatMap { self.lines(of: $0, paint) }
        }
        if diagram { lines += diagnosis.diagrams().flatMap { ["", String($0.dropLast())] } }
        lines += missedLines
        if !skipped.isEmpty {
            lines += [
                "",
                "\(plural(skipped.count, "network namespace")) of no container engine left out; name one with --netns",
            ]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var verdict: String {
        let looked = "the host and \(plural(containers.count, "container"))"
        let known = findings.count - troubles.count
        let worth = known > 0 ? "; \(plural(known, "thing")) worth knowing" : ""
        let partly = missed.isEmpty ? "" : " (partly looked: see the end)"
        if sawNothing && troubles.isEmpty {
            return "could not look at \(plural(diagnosis.missedContainers, "container"))" + worth
        }
        if troubles.isEmpty { return "healthy: nothing wrong with \(looked)\(worth)\(partly)" }
        let counts = [Finding.Severity.error, .warning].compactMap { severity -> String? in
            let count = troubles.count { $0.severity == severity }
            return count > 0 ? plural(count, severity.rawValue) : nil
        }
        return "\(counts.joined(separator: " and ")), after a look at \(looked)\(worth)\(partly)"
    }

    private func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private var groups: [(place: Finding.Place, findings: [Finding])] {
        var groups: [(place: Finding.Place, findings: [Finding])] = []
        for finding in findings {
            // They come place by place.
            if groups.last?.place == finding.place {
                groups[groups.count - 1].findings.append(finding)
            } else {
                groups.append((finding.place, [finding]))
            }
        }
        return groups
    }

    private func title(of place: Finding.Place) -> String {
        guard case .container(let namespace) = place else { return "host" }
        let about = [namespace.engine?.rawValue, namespace.title == namespace.path ? nil : namespace.path].compactMap {
            $0
        }
        return printable(namespace.title + (about.isEmpty ? "" : " (\(about.joined(separator: ", ")))"))
    }

    private func lines(of finding: Finding, _ paint: Paint) -> [String] {
        ["  \(paint.head(finding.severity, finding.id.rawValue)): \(finding.summary)"]
            + finding.evidence.map { "      \($0)" } + Self.wrapped(finding.consequence, after: "    so:   ")
            + ["    fix:  \(finding.remedy)", "    more: evenkeel explain \(finding.id.rawValue)"]
    }

    /// What could not be looked at, with the same reason once.
    private var missedLines: [String] {
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

    /// Lines of about a hundred columns, the later ones indented as far as the first's text.
    static func wrapped(_ text: String, after head: String) -> [String] {
        let indent = String(repeating: " ", count: head.count)
        var lines = [head]
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty && lines[lines.count - 1].count + word.count >= 100 {
                lines.append(indent)
                isEmpty = true
            }
            lines[lines.count - 1] += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines
    }
}
