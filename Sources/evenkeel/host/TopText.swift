import ConntrackUsage
import Keel
import LinuxSystem
import LinuxTools

extension TopReport {
    /// The report for a person: how full the table is, then a row for each user. Nothing is wider than `width`. `order` is that of a
    /// picture that is drawn again, whose last line names the keys.
    func lines(rows: Int = .max, width: Int, hasColor: Bool, order: ConntrackOrder? = nil) -> [String] {
        let title = wrapped(title, columns: width).map { styled($0, hasColor) }
        let keys = order.map { ["", Self.keys($0).shortened(to: width)] } ?? []
        guard !users.isEmpty else { return title + keys }
        let foot = (maximumError == 0 ? [] : [""] + wrapped(bound, columns: width)) + keys
        // An empty line and a heading stand above the rows.
        let room = max(rows - title.count - 2 - foot.count, 1)
        return title + [""] + table(users.prefix(room)).lines(width: width) + foot
    }

    private var title: String {
        guard let count else { return "connection tracking is not loaded: there is no table to fill" }
        let new = rate.map { ", \(figure($0.perSecond($0.new))) new a second" } ?? ""
        guard let maximum, let fill else { return "conntrack: \(count) entries, no limit\(new)" }
        return "conntrack: \(count) of \(maximum) entries, \(percent(fill)) full\(new)"
    }

    private static func keys(_ order: ConntrackOrder) -> String {
        let names = ConntrackOrder.allCases.map { each in
            "\(each.rawValue.prefix(1)) \(each == order ? each.rawValue.uppercased() : each.rawValue)"
        }
        return "sort: \(names.joined(separator: "  "))   quit: q"
    }

    private var bound: String {
        "<= marks upper bounds, too high by \(maximumError) at most: there are too many groups to count exactly"
    }

    /// Bold, and red if the table is nearly full.
    private func styled(_ title: String, _ hasColor: Bool) -> String {
        guard hasColor else { return title }
        return (fill ?? 0) >= Self.nearlyFull ? "\u{1b}[1;31m\(title)\u{1b}[0m" : "\u{1b}[1m\(title)\u{1b}[0m"
    }

    private func table(_ users: ArraySlice<ConntrackUser>) -> Table {
        var columns = [
            Table.Column(
                "ENTRIES", .whole, alignsRight: true, users.map { ($0.error > 0 ? "<=" : "") + "\($0.entries)" }),
            Table.Column(
                "SHARE", .spare, alignsRight: true,
                users.map { percent(Double($0.entries) / Double(max(entries, 1))) }),
        ]
        if let rate {
            let figures = users.map { figure(rate.perSecond($0.new ?? 0)) }
            columns.append(Table.Column("NEW/S", .whole, alignsRight: true, figures))
        }
        if grouping != .destination { columns.append(Table.Column("CONTAINER", .needed, users.map { $0.ownerText })) }
        if grouping == .flow || grouping == .address {
            let texts = users.map { $0.addressText(withZone: grouping == .address) }
            columns.append(Table.Column("ADDRESS", .telling, texts))
        }
        if grouping == .flow || grouping == .destination {
            columns.append(Table.Column("DESTINATION", .telling, users.map { $0.destinationText }))
        }
        return Table(columns)
    }
}

/// `76.3%`. String(format:) would need Foundation.
private func percent(_ share: Double) -> String { tenths(share * 100) + "%" }

/// `0.5`, and without tenths from ten on.
private func figure(_ number: Double) -> String { number < 9.95 ? tenths(number) : "\(Int(number.rounded()))" }

/// `76.3`
func tenths(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
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
