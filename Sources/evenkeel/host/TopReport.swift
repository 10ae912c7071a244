import ConntrackUsage
import JSON
import Keel
import LinuxSystem

/// One reading of the table: how full it is, and who holds most of it.
struct TopReport {
    let grouping: ConntrackGrouping
    /// Entries that were read.
    let entries: Int
    /// The kernel's own count; nil if connection tracking is not loaded.
    let count: Int?
    /// nf_conntrack_max; nil if there is none, 0 for no limit.
    let maximum: Int?
    let users: [ConntrackUser]
    let maximumError: Int
    /// What is new since the reading before; nil without one.
    let rate: Rate?

    struct Rate {
        let new: Int
        let seconds: Double

        /// A second, of all new entries or of a user's.
        func perSecond(_ new: Int) -> Double { Double(new) / seconds }
    }

    init(
        by grouping: ConntrackGrouping, entries: Int, count: Int?, maximum: Int?, users: [ConntrackUser],
        maximumError: Int = 0, rate: Rate? = nil
    ) {
        self.grouping = grouping
        self.entries = entries
        self.count = count
        self.maximum = maximum
        self.users = users
        self.maximumError = maximumError
        self.rate = rate
    }

    /// How full the table is, from 0 to 1 and a little beyond; nil without a table or a limit.
    var fill: Double? {
        guard let count, let maximum, maximum > 0 else { return nil }
        return Double(count) / Double(maximum)
    }
}

extension TopReport {
    enum Verdict: String, CaseIterable {
        case roomy
        /// Nine tenths or more.
        case nearlyFull = "nearly-full"
        case full
        /// There is no table to fill.
        case notLoaded = "not-loaded"
        case unknown
    }

    private func verdict(_ failure: String?) -> Verdict {
        if failure != nil { return .unknown }
        if count == nil { return .notLoaded }
        let fill = fill ?? 0
        return fill >= 1 ? .full : fill >= Self.nearlyFull ? .nearlyFull : .roomy
    }

    /// From here on the table counts as nearly full.
    static let nearlyFull = 0.9

    var answer: Answer { answer(failure: nil) }

    static func answer(failure: String, by grouping: ConntrackGrouping) -> Answer {
        TopReport(by: grouping, entries: 0, count: nil, maximum: nil, users: []).answer(failure: failure)
    }

    private func answer(failure: String?) -> Answer {
        Answer(
            verdict(failure),
            [
                .init("by", .string(grouping.rawValue)),
                .init("isLoaded", failure == nil ? .boolean(count != nil) : .null),
                .init("entries", .integer(Int64(entries))), .init("count", JSON(count)), .init("max", JSON(maximum)),
                .init("newPerSecond", JSON(rate.map { $0.perSecond($0.new) })),
                .init("isExact", .boolean(maximumError == 0)), .init("maximumError", .integer(Int64(maximumError))),
                .init("users", .array(users.map { $0.json(rate) })),
            ], error: failure)
    }
}

extension ConntrackUser {
    /// A key that the grouping leaves out is null.
    fileprivate func json(_ rate: TopReport.Rate?) -> JSON {
        .object([
            .init("entries", .integer(Int64(entries))), .init("maximumError", .integer(Int64(error))),
            .init("newPerSecond", JSON(new.flatMap { rate?.perSecond($0) })),
            .init("owners", .array((owner?.names ?? []).map { .string($0) })),
            .init("isHost", .boolean(owner?.isHost ?? false)), .init("isAnswering", .boolean(isAnswering)),
            .init("address", JSON(address?.description)), .init("destination", JSON(destination?.description)),
            .init("protocol", JSON(service.map { Int($0.protocol) })),
            .init("protocolName", JSON(service?.protocolName)),
            .init("port", JSON(service?.port.map(Int.init))),
            .init("icmpType", JSON(service?.icmpType.map(Int.init))), .init("zone", .integer(Int64(zone))),
        ])
    }
}

extension JSON {
    /// Rounded to tenths.
    fileprivate init(_ number: Double?) {
        self = number.flatMap { JSON.Number(tenths($0)) }.map { .number($0) } ?? .null
    }
}
