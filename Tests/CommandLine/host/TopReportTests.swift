import JSON
import LinuxTools
import Testing

@testable import ConntrackUsage
@testable import Keel
@testable import Netlink
@testable import evenkeel

@Suite struct TopReportTests {
    private static let web = AddressOwners.Owner(names: ["web"], isHost: false)
    private static let shared = AddressOwners.Owner(names: ["db", "ca\u{1b}che"], isHost: false)

    private static func user(
        _ entries: Int, owner: AddressOwners.Owner? = nil, isAnswering: Bool = false, from address: String? = nil,
        to destination: String? = nil, _ service: Service? = nil, zone: UInt16 = 0, error: Int = 0
    ) -> ConntrackUser {
        ConntrackUser(
            owner: owner, isAnswering: isAnswering, address: address.flatMap { IPAddress($0) },
            destination: destination.flatMap { IPAddress($0) }, service: service, zone: zone, entries: entries,
            error: error)
    }

    private static let flows = TopReport(
        by: .flow, entries: 1000, count: 1000, maximum: 2000,
        users: [
            user(700, owner: web, from: "10.89.1.5", to: "198.51.100.2", Service(protocol: 6, port: 443)),
            user(
                200, owner: web, isAnswering: true, from: "fd00:89:1::77", to: "2001:db8::2",
                Service(protocol: 58, icmpType: 128)),
            user(99, owner: shared, from: "10.88.0.2", to: "203.0.113.9", Service(protocol: 47), zone: 7),
            user(1, from: "198.51.100.2", to: "203.0.113.9", Service(protocol: 250)),
        ])

    @Test func flowsAreATable() {
        #expect(
            Self.flows.lines(width: 200, hasColor: false) == [
                "conntrack: 1000 of 2000 entries, 50.0% full",
                "",
                "ENTRIES  SHARE  CONTAINER     ADDRESS        DESTINATION",
                "    700  70.0%  web           10.89.1.5      198.51.100.2 tcp/443",
                "    200  20.0%  to web        fd00:89:1::77  2001:db8::2 icmpv6 type 128",
                "     99   9.9%  db or ca?che  10.88.0.2      203.0.113.9 gre zone 7",
                "      1   0.1%  -             198.51.100.2   203.0.113.9 protocol 250",
            ])
    }

    @Test func onlyWhatWasCountedByHasAColumn() {
        let users = [
            Self.user(
                3, owner: Self.web, from: "10.89.1.5", to: "203.0.113.9", Service(protocol: 17, port: 53), zone: 2)
        ]
        let headings = ConntrackGrouping.allCases.map { grouping in
            TopReport(by: grouping, entries: 3, count: 3, maximum: 8, users: users).lines(width: 200, hasColor: false)[
                2
            ]
            .split(separator: " ").dropFirst(2).joined(separator: " ")
        }
        #expect(headings == ["CONTAINER ADDRESS DESTINATION", "CONTAINER", "CONTAINER ADDRESS", "DESTINATION"])
        let address = TopReport(by: .address, entries: 3, count: 3, maximum: 8, users: users)
        #expect(address.lines(width: 200, hasColor: false).last == "      3  100.0%  web        10.89.1.5 zone 2")
    }

    @Test func figuresThatMayBeTooHighAreMarkedAndBounded() {
        let report = TopReport(
            by: .destination, entries: 40, count: 40, maximum: 80,
            users: [
                Self.user(20, to: "203.0.113.9", Service(protocol: 6, port: 80)),
                Self.user(12, to: "203.0.113.8", Service(protocol: 6, port: 80), error: 11),
            ], maximumError: 11)
        let lines = report.lines(width: 200, hasColor: false)
        #expect(lines[3].hasPrefix("     20  ") && lines[4].hasPrefix("   <=12  "))
        #expect(lines.last?.hasPrefix("<= marks upper bounds, too high by 11 at most") == true)
        #expect(report.answer.json["isExact"] == .boolean(false) && report.answer.json["maximumError"] == .integer(11))
    }

    @Test(arguments: 1...12) func noMoreRowsAreMadeThanFit(rows: Int) {
        let lines = Self.flows.lines(rows: rows, width: 30, hasColor: false)
        // The title takes two.
        #expect(lines.count == min(max(rows, 5), 8))
        #expect(lines.allSatisfy { $0.count <= 30 })
    }

    /// Names lose their middle, and what tells rows apart stays.
    @Test(arguments: [40, 50, 80]) func onANarrowTerminalRowsStayApart(width: Int) {
        let long = { (part: String) in
            AddressOwners.Owner(names: ["production-orders-service-5d9c7b6f4-\(part)"], isHost: false)
        }
        let users = ["abcde", "fghij", "klmno"].enumerated().map { place, part in
            Self.user(
                900 - place, owner: long(part), from: "fd00:89:1::\(place)", to: "2001:db8:51::2",
                Service(protocol: 6, port: 443))
        }
        let report = TopReport(
            by: .flow, entries: 2700, count: 2700, maximum: 262144, users: users, rate: .init(new: 30, seconds: 2))
        let lines = report.lines(width: width, hasColor: false, order: .entries)
        #expect(lines.allSatisfy { $0.cells <= width }, "\(lines)")
        let rows = lines.filter { $0.contains("~") && !$0.hasPrefix("sort") }
        #expect(Set(rows.map { $0.drop { $0.isNumber || " .".contains($0) } }).count == 3, "\(lines)")
        #expect(lines.contains { $0.contains("NEW/S") } && lines.last?.hasPrefix("sort: e") == true, "\(lines)")
    }

    @Test func newEntriesHaveARate() {
        var user = Self.user(50, owner: Self.web)
        user.new = 25
        let report = TopReport(
            by: .container, entries: 50, count: 50, maximum: 100, users: [user], rate: .init(new: 25, seconds: 2))
        let lines = report.lines(width: 80, hasColor: false)
        #expect(lines[0] == "conntrack: 50 of 100 entries, 50.0% full, 13 new a second")
        #expect(lines[3] == "     50  100.0%     13  web")
        #expect(report.answer.json["newPerSecond"]?.text() == "12.5")
        #expect(report.answer.json["users"]?.elements?.first?["newPerSecond"]?.text() == "12.5")
    }

    @Test func colourIsForTheTitleAlone() {
        let plain = Self.flows.lines(width: 200, hasColor: false)
        let colored = Self.flows.lines(width: 200, hasColor: true)
        #expect(colored[0] == "\u{1b}[1m" + plain[0] + "\u{1b}[0m" && colored.dropFirst() == plain.dropFirst())
        let full = TopReport(by: .flow, entries: 9, count: 9, maximum: 10, users: Self.flows.users)
        #expect(full.lines(width: 200, hasColor: true)[0].hasPrefix("\u{1b}[1;31m"))
    }

    @Test func aTableThatIsEmptyUnlimitedOrNotThereIsToldSo() {
        let title = { (count: Int?, maximum: Int?) in
            TopReport(by: .flow, entries: 0, count: count, maximum: maximum, users: [])
                .lines(width: 200, hasColor: false)
        }
        #expect(title(0, 262144) == ["conntrack: 0 of 262144 entries, 0.0% full"])
        #expect(title(5, 0) == ["conntrack: 5 entries, no limit"])
        #expect(title(nil, nil) == ["connection tracking is not loaded: there is no table to fill"])
    }

    @Test func jsonHasEveryKeyOfEveryUser() throws {
        let json = Self.flows.answer.json
        #expect(json["version"] == .integer(1) && json["by"] == .string("flow") && json["error"] == .null)
        #expect(json["count"] == .integer(1000) && json["max"] == .integer(2000) && json["isLoaded"] == .boolean(true))
        let users = try #require(json["users"]?.elements)
        let keys = [
            "entries", "maximumError", "newPerSecond", "owners", "isHost", "isAnswering", "address", "destination",
            "protocol",
            "protocolName", "port", "icmpType", "zone",
        ]
        #expect(users.count == 4 && users.allSatisfy { ($0.members ?? []).map { $0.name } == keys })
        #expect(users[1]["icmpType"] == .integer(128) && users[1]["port"] == .null)
        #expect(users[2]["owners"] == .array([.string("db"), .string("ca\u{1b}che")]))
        #expect(
            users[3]["owners"] == .array([]) && users[3]["protocolName"] == .null
                && users[3]["protocol"] == .integer(250))
        let none = TopReport(by: .container, entries: 0, count: nil, maximum: nil, users: []).answer.json
        #expect(none["isLoaded"] == .boolean(false) && none["count"] == .null)
        let failed = TopReport.answer(failure: "cannot look", by: .flow).json
        #expect(failed["error"] == .string("cannot look") && failed["isLoaded"] == .null)
    }
}
