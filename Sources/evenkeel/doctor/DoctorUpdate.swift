import Diagnosis

/// What `--watch` prints about a later look.
struct DoctorUpdate {
    let report: DoctorReport
    let changes: FindingChanges
    private let isMissingOther: Bool
    private let isAbsenceOther: Bool

    init(from former: DoctorReport, to report: DoctorReport) {
        self.report = report
        changes = FindingChanges(from: former.findings, to: report.findings)
        // Something that cannot be looked at any more is not gone.
        isMissingOther = former.missed != report.missed
        isAbsenceOther = former.absence != report.absence
    }

    /// Whether there is nothing to print.
    var isEmpty: Bool { changes.isEmpty && !isMissingOther && !isAbsenceOther }

    func text(_ paint: Paint) -> String {
        var lines = [paint.verdict(report.status == 0, report.verdict)]
        lines += DoctorReport.grouped(changes.gone, paint) { finding in
            let word = isThere(finding.place) ? "gone" : "gone with its container"
            return ["  \(word): \(DoctorReport.head(of: finding, paint))"]
        }
        lines += DoctorReport.grouped(changes.new, paint) { finding in
            ["  new: \(DoctorReport.head(of: finding, paint))"] + DoctorReport.explanation(of: finding, paint)
        }
        if isMissingOther { lines += report.missedLines }
        return (lines + [""]).map { $0 + "\n" }.joined()
    }

    private func isThere(_ place: Finding.Place) -> Bool {
        place == .host || report.containers.contains { Finding.Place.container($0).isSame(as: place) }
    }
}
