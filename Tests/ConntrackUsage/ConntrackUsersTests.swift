import Laboratory
import Testing

@testable import ConntrackUsage
@testable import Netlink

@Suite struct ConntrackUsersTests {
    private static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        return address
    }

    private static func container(_ name: String, _ addresses: String...) -> AddressOwners.Container {
        AddressOwners.Container(name, addresses.map(address))
    }

    private static let owners = AddressOwners(
        host: ["192.0.2.1", "10.89.1.1", "127.0.0.1", "::1"].map(address),
        containers: [
            container("web", "10.89.1.5", "10.89.2.5", "fd00:89:1::5", "127.0.0.1", "::1"),
            container("db", "10.89.1.6", "10.88.0.2"),
            container("cache", "10.88.0.2", "10.88.0.2"),
            container("nested", "10.89.1.7", "10.89.1.1"),
        ])

    private static func entry(
        _ source: String, _ destination: String, _ service: Service = Service(protocol: 6, port: 443),
        by responder: String? = nil, zone: UInt16 = 0
    ) -> ConntrackEntry {
        ConntrackEntry(
            source: address(source), destination: address(destination), responder: responder.map(address),
            service: service, zone: zone)
    }

    private func top(
        _ entries: [ConntrackEntry], by grouping: ConntrackGrouping, limit: Int = 100
    ) -> [ConntrackUser] {
        var users = ConntrackUsers(by: grouping, owners: Self.owners, seed: 69)
        for entry in entries { users.count(entry) }
        #expect(users.total == entries.count && users.maximumError == 0)
        return users.top(limit)
    }

    /// Who it is, `to` where it answers, and how many entries.
    private func owner(_ entry: ConntrackEntry) -> String {
        let user = top([entry], by: .flow)[0]
        return (user.isAnswering ? "to " : "") + (user.owner?.names.joined(separator: " or ") ?? "-")
    }

    @Test func theContainerIsWhoeverOpensOrElseAnswers() {
        #expect(owner(Self.entry("10.89.1.5", "198.51.100.2")) == "web")
        #expect(owner(Self.entry("fd00:89:1::5", "2001:db8::2")) == "web")
        #expect(owner(Self.entry("198.51.100.2", "192.0.2.1", by: "10.89.2.5")) == "to web")
        #expect(owner(Self.entry("10.89.1.6", "10.96.0.1", by: "10.89.1.5")) == "db")
    }

    @Test func theHostIsNamedOnlyWhereNoContainerIs() {
        #expect(owner(Self.entry("192.0.2.1", "198.51.100.2")) == "host")
        #expect(owner(Self.entry("198.51.100.2", "192.0.2.1")) == "to host")
        #expect(owner(Self.entry("192.0.2.1", "10.89.1.5")) == "to web")
        #expect(owner(Self.entry("127.0.0.1", "127.0.0.53")) == "host")
        #expect(owner(Self.entry("127.8.8.8", "127.0.0.1")) == "host", "all of 127.0.0.0/8 is the host's own")
        #expect(owner(Self.entry("::1", "::1")) == "host")
    }

    @Test func theOutsideHasNoName() {
        #expect(owner(Self.entry("198.51.100.2", "203.0.113.9")) == "-")
        #expect(owner(Self.entry("10.89.1.4", "203.0.113.9")) == "-")
    }

    @Test func anAddressOfSeveralIsToldAsThatOfAll() {
        #expect(owner(Self.entry("10.88.0.2", "203.0.113.9")) == "db or cache")
        #expect(owner(Self.entry("10.89.1.1", "203.0.113.9")) == "host or nested")
    }

    @Test func flowsAreToldApartByAllThatMakesThem() {
        let ping = Service(protocol: 1, icmpType: 8)
        let entries = [
            Self.entry("10.89.1.5", "198.51.100.2"), Self.entry("10.89.1.5", "198.51.100.2"),
            Self.entry("10.89.1.5", "198.51.100.2", zone: 3), Self.entry("10.89.1.5", "198.51.100.2", ping),
            Self.entry("10.89.1.5", "198.51.100.2", Service(protocol: 17, port: 443)),
            Self.entry("10.89.1.5", "198.51.100.2", Service(protocol: 6, port: 80)),
            Self.entry("10.89.2.5", "198.51.100.2"), Self.entry("10.89.1.5", "198.51.100.3"),
        ]
        let users = top(entries, by: .flow)
        #expect(users.map { $0.entries } == [2, 1, 1, 1, 1, 1, 1])
        #expect(Set(users).count == 7)
    }

    @Test func eachGroupingAddsUpWhatItDoesNotTellApart() {
        let entries =
            [Self.entry("10.89.1.5", "198.51.100.2"), Self.entry("10.89.2.5", "198.51.100.2")]
            + [Self.entry("203.0.113.9", "192.0.2.1", by: "10.89.1.5"), Self.entry("203.0.113.9", "198.51.100.2")]
        let containers = top(entries, by: .container)
        #expect(containers.map { $0.owner?.names ?? [] } == [["web"], []])
        #expect(containers.map { $0.entries } == [3, 1])
        #expect(containers.allSatisfy { $0.address == nil && $0.destination == nil && $0.service == nil })
        let addresses = top(entries, by: .address)
        #expect(addresses.map { $0.address?.description } == ["203.0.113.9", "10.89.1.5", "10.89.2.5"])
        #expect(addresses.map { $0.owner?.names ?? [] } == [[], ["web"], ["web"]])
        let destinations = top(entries, by: .destination)
        #expect(destinations.map { $0.destination?.description } == ["198.51.100.2", "192.0.2.1"])
        #expect(destinations.map { $0.entries } == [3, 1] && destinations.allSatisfy { $0.address == nil })
    }

    @Test func rowsComeInTheSameOrderHoweverEntriesDo() {
        var random = SeededGenerator(seed: 5)
        let entries = (0..<2000).map { _ in
            Self.entry(
                "10.89.\(Int.random(in: 1...2, using: &random)).\(Int.random(in: 4...8, using: &random))",
                "198.51.100.\(Int.random(in: 1...9, using: &random))",
                Service(protocol: 17, port: .random(in: 1...9, using: &random)))
        }
        for grouping in ConntrackGrouping.allCases {
            let users = top(entries, by: grouping)
            #expect(users == top(entries.shuffled(using: &random), by: grouping))
            #expect(users.map { $0.entries } == users.map { $0.entries }.sorted(by: >))
            #expect(top(entries, by: grouping, limit: 3) == Array(users.prefix(3)))
        }
    }

    @Test func everyPartOfAKeyAndTheSeedChangeItsHash() {
        let (first, second) = (Self.address("10.89.1.5"), Self.address("fd00:89:1::5"))
        let key = ConntrackKey(
            owner: 1, address: first, destination: second, service: Service(protocol: 1, port: 1, icmpType: 1), zone: 1)
        var others = [ConntrackKey](repeating: key, count: 8)
        others[0].owner = 2
        others[1].isAnswering = true
        others[2].address = second
        others[3].destination = first
        others[4].service?.protocol = 2
        others[5].service?.port = 2
        others[6].service?.icmpType = 2
        others[7].zone = 2
        // The upper half is what counters are found by.
        let hashes = ([key] + others).map { $0.hash(seed: 7) >> 32 } + [key.hash(seed: 8) >> 32]
        #expect(Set(hashes).count == hashes.count)
        #expect(key.hash(seed: 7) == key.hash(seed: 7))
    }

    @Test func ownersAreFoundAmongMany() {
        let containers = (0..<300).map { Self.container("c\($0)", "10.0.\($0 / 100).\($0 % 100)", "fd00::\($0)") }
        let owners = AddressOwners(host: [], containers: containers.reversed())
        for number in 0..<300 {
            for text in ["10.0.\(number / 100).\(number % 100)", "fd00::\(number)"] {
                let index = owners.index(of: Self.address(text))
                #expect(index.map { owners.owners[Int($0)].names } == ["c\(number)"])
            }
            #expect(owners.index(of: Self.address("10.0.3.\(number % 256)")) == nil)
        }
    }

    /// Three readings: what is new in each is what the one before did not have.
    @Test func whatTheReadingBeforeDidNotHaveIsNew() {
        let entries = { (source: String, ids: Range<UInt32>) in
            ids.map { id in
                var entry = Self.entry(source, "198.51.100.2")
                entry.id = id
                return entry
            }
        }
        var first = ConntrackUsers(by: .container, owners: Self.owners, seed: 69)
        first.remember()
        for entry in entries("10.89.1.5", 0..<1000) { first.count(entry) }
        #expect(first.new == nil && first.top(9)[0].new == nil)
        var second = first.next(owners: Self.owners)
        for entry in entries("10.89.1.5", 0..<1000) + entries("10.89.1.6", 1000..<1300) { second.count(entry) }
        #expect(second.new == 300 && second.top(9).map { $0.new } == [0, 300])
        var third = second.next(owners: Self.owners)
        for entry in entries("10.89.1.5", 990..<1010) + entries("10.89.1.6", 1000..<1300) { third.count(entry) }
        #expect(third.new == 10 && third.top(9).map { $0.new } == [0, 10])
        #expect(third.top(9, by: .rate).map { $0.owner?.names } == [["web"], ["db"]])
        #expect(third.top(9, by: .name).map { $0.owner?.names } == [["db"], ["web"]])
        #expect(third.top(1, by: .name).map { $0.owner?.names } == [["db"]], "the greatest are chosen")
    }

    /// As its documentation says.
    @Test func fewNewEntriesAreTakenForKnown() {
        var known = KnownEntries(seed: 7)
        for id in 0..<UInt64(20_000) { known.insert(id) }
        #expect((0..<UInt64(20_000)).allSatisfy { known.contains($0) })
        #expect((20_000..<UInt64(30_000)).count { known.contains($0) } < 4)
    }
}
