import ConntrackUsage
import Keel
import LinuxSystem

/// One reading of the connection tracking table, from which reports in several orders are made.
struct TopReading {
    private let grouping: ConntrackGrouping
    /// The kernel's count and limit; nil if connection tracking is not loaded.
    private let fill: ConntrackFill?
    private let users: ConntrackUsers?
    private let time: Int
    /// Since the reading before; nil without one.
    private let seconds: Double?

    /// Reads this host's table. `isFirst`: others follow, which tell what is new since.
    init(by grouping: ConntrackGrouping, isFirst: Bool = false) throws(KernelError) {
        try self.init(by: grouping, isFirst: isFirst, after: nil)
    }

    /// Reads it again.
    func next() throws(KernelError) -> TopReading { try TopReading(by: grouping, isFirst: true, after: self) }

    private init(by grouping: ConntrackGrouping, isFirst: Bool, after former: TopReading?) throws(KernelError) {
        self.grouping = grouping
        fill = try ConntrackFill.observe()
        time = Timestamp.monotonic
        seconds = former.flatMap { $0.users == nil ? nil : Double(max(Timestamp.monotonic - $0.time, 1)) / 1000 }
        guard fill != nil else {
            users = nil
            return
        }
        let owners = try AddressOwners.ofThisHost()
        var counted =
            former?.users?.next(owners: owners)
            ?? ConntrackUsers(by: grouping, owners: owners, seed: .random(in: 0...UInt64.max))
        if isFirst { counted.remember() }
        var table = try ConntrackTable()
        try table.read(into: &counted)
        users = counted
    }

    func report(_ limit: Int, by order: ConntrackOrder = .entries) -> TopReport {
        guard let users else {
            return TopReport(by: grouping, entries: 0, count: nil, maximum: nil, users: [])
        }
        return TopReport(
            by: grouping, entries: users.total, count: fill?.entries, maximum: fill?.max,
            users: users.top(limit, by: order), maximumError: users.maximumError,
            rate: seconds.map { TopReport.Rate(new: users.new ?? 0, seconds: $0) })
    }
}
