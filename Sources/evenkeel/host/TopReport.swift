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

    init(
        by grouping: ConntrackGrouping, entries: Int, count: Int?, maximum: Int?, users: [ConntrackUser],
        maximumError: Int = 0
    ) {
        self.grouping = grouping
        self.entries = entries
        self.count = count
        self.maximum = maximum
        self.users = users
        self.maximumError = maximumError
    }

    /// Reads this host's table.
    init(by grouping: ConntrackGrouping, limit: Int) throws(KernelError) {
        guard let fill = try ConntrackFill.observe() else {
            self.init(by: grouping, entries: 0, count: nil, maximum: nil, users: [])
            return
        }
        var counted = ConntrackUsers(by: grouping, owners: try .ofThisHost(), seed: .random(in: 0...UInt64.max))
        var table = try ConntrackTable()
        try table.read(into: &counted)
        self.init(
            by: grouping, entries: counted.total, count: fill.entries, maximum: fill.max, users: counted.top(limit),
            maximumError: counted.maximumError)
    }

    /// How full the table is, from 0 to 1 and a little beyond; nil without a table or a limit.
    var fill: Double? {
        guard let count, let maximum, maximum > 0 else { return nil }
        return Double(count) / Double(maximum)
    }
}

extension TopReport {
    /// The whole answer. Its `version` rises when a key changes its meaning or is removed.
    var json: JSON { json(failure: nil) }

    static func json(failure: String, by grouping: ConntrackGrouping) -> JSON {
        TopReport(by: grouping, entries: 0, count: nil, maximum: nil, users: []).json(failure: failure)
    }

    private func json(failure: String?) -> JSON {
        .object([
            .init("version", .integer(1)), .init("by", .string(grouping.rawValue)),
            .init("isLoaded", failure == nil ? .boolean(count != nil) : .null),
            .init("entries", .integer(Int64(entries))), .init("count", JSON(count)), .init("max", JSON(maximum)),
            .init("isExact", .boolean(maximumError == 0)), .init("maximumError", .integer(Int64(maximumError))),
            .init("users", .array(users.map { $0.json })), .init("error", failure.map { .string($0) } ?? .null),
        ])
    }
}

extension ConntrackUser {
    /// A key that the grouping leaves out is null.
    fileprivate var json: JSON {
        .object([
            .init("entries", .integer(Int64(entries))), .init("maximumError", .integer(Int64(error))),
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
    fileprivate init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }

    fileprivate init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
