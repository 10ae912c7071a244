import LinuxSystem
import ConntrackUsage
import Keel

extension TopReport {
    /// The report for a person: how full the table is, then a row for each user. Nothing is wider than `width`.
    func lines(rows: Int = .max, width: Int, hasColor: Bool) -> [String] {
        let head = [title, ""]
        guard !users.isEmpty else { return [styled(title, width, hasColor)] }
        let foot = maximumError == 0 ? [] : ["", bound]
        // A heading stands above the rows.
        let room = max(rows - head.count - 1 - foot.count, 1)
        let table = columns.map { $0.padded(to: room) }
        let body = (0...min(users.count, room)).map { row in
            table.map { $0[row] }.joined(separator: "  ")
        }
        return [styled(title, width, hasColor), ""]
            + (body + foot).map { String(trimmed($0).prefix(width)) }
    }

    private var title: String {
        guard let count else { return "connection tracking is not loaded: there is no table to fill" }
        guard let maximum, let fill else { return "conntrack: \(count) entries, no limit" }
        return "conntrack: \(count) of \(maximum) entries, \(percent(fill)) full"
    }

    private var bound: String {
        "<= marks upper bounds, too high by \(maximumError) at most: there are too many groups to count exactly"
    }

    /// Bold, and red if the table is nearly full.
    private func styled(_ title: String, _ width: Int, _ hasColor: Bool) -> String {
        let title = String(title.prefix(width))
        guard hasColor else { return title }
        return (fill ?? 0) >= 0.9 ? "\u{1b}[1;31m\(title)\u{1b}[0m" : "\u{1b}[1m\(title)\u{1b}[0m"
    }

    /// Each with its heading first.
    private var columns: [[String]] {
        var columns = [
            ["ENTRIES"] + users.map { ($0.error > 0 ? "<=" : "") + "\($0.entries)" },
            ["SHARE"] + users.map { percent(Double($0.entries) / Double(max(entries, 1))) },
        ].map { $0.alignedRight }
        if grouping != .destination { columns.append(["CONTAINER"] + users.map { $0.ownerText }) }
        if grouping == .flow || grouping == .address {
            columns.append(["ADDRESS"] + users.map { $0.addressText(withZone: grouping == .address) })
        }
        if grouping == .flow || grouping == .destination {
            columns.append(["DESTINATION"] + users.map { $0.destinationText })
        }
        return columns
    }
}

/// `76.3%`. String(format:) would need Foundation.
private func percent(_ share: Double) -> String {
    let perMille = Int((share * 1000).rounded())
    return "\(perMille / 10).\(perMille % 10)%"
}

private func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line.removeLast() }
    return String(line)
}

extension [String] {
    fileprivate var alignedRight: [String] {
        let width = map { $0.count }.max() ?? 0
        return map { String(repeating: " ", count: width - $0.count) + $0 }
    }

    /// Padded to the widest of the heading and the rows shown.
    fileprivate func padded(to rows: Int) -> [String] {
        let shown = prefix(rows + 1)
        let width = shown.map { $0.count }.max() ?? 0
        return shown.map { $0 + String(repeating: " ", count: width - $0.count) }
    }
}

extension ConntrackUser {
    fileprivate var ownerText: String {
        guard let owner else { return "-" }
        return (isAnswering ? "to " : "") + owner.names.map(printable).joined(separator: " or ")
    }

    fileprivate func addressText(withZone: Bool) -> String {
        (address?.description ?? "-") + (withZone ? zoneText : "")
    }

    fileprivate var destinationText: String {
        [destination?.description, service?.description].compactMap { $0 }.joined(separator: " ") + zoneText
    }

    private var zoneText: String { zone == 0 ? "" : " zone \(zone)" }
}
