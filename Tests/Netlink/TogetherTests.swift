import Laboratory
import LinuxSystem
import Testing

@testable import Netlink

/// Several requests in one sending, before the real kernel.
@Suite struct TogetherTests {
    private func rules(_ count: UInt32) -> [PolicyRule] {
        (0..<count).map { PolicyRule(.v4, priority: 1000, table: 1000 + $0, protocol: 69) }
    }

    @Test(arguments: [0, 1, 31, 32, 33, 64, 100] as [UInt32]) func allAreCarriedOutInTheirOrder(count: UInt32) throws {
        let rules = rules(count)
        let (refused, after) = try inNamespace("") {
            var socket = try Socket(.route)
            var refused: [Int] = []
            try socket.executeAll(rules.count) {
                .add(rules[$0])
            } refused: { place, _ in
                refused.append(place)
            }
            return (refused, try socket.rules().filter { $0.priority == 1000 })
        }
        #expect(refused == [] && after == rules)
    }

    @Test(arguments: [[0], [31], [32], [99], [0, 31, 32, 33, 98, 99]]) func eachRefusalIsToldAndStopsNoOther(
        places: [Int]
    ) throws {
        let rules = rules(100)
        let (refused, errors, after) = try inNamespace("") {
            var socket = try Socket(.route)
            for place in places { try socket.add(rules[place]) }
            var refused: [Int] = []
            var errors: [Errno] = []
            try socket.executeAll(rules.count) {
                .add(rules[$0])
            } refused: { place, error in
                refused.append(place)
                errors.append(error.errno)
            }
            return (refused, errors, try socket.rules().filter { $0.priority == 1000 })
        }
        #expect(refused == places && errors.allSatisfy { $0 == .exists })
        #expect(Set(after) == Set(rules) && after.count == 100)
    }

    @Test func aRefusalHoldsTheKernelsOwnSentence() throws {
        let explanation = try inNamespace("ip link set lo up") {
            var socket = try Socket(.route)
            let hop = NextHop(interface: 1, gateway: IPAddress("192.0.2.1"))
            var explanation: String?
            try socket.executeAll(2) { _ in
                .add(Route(.v4, nextHops: [hop]))
            } refused: {
                explanation = $1.explanation
            }
            return explanation
        }
        #expect(explanation == "Nexthop has invalid gateway")
    }

    @Test func theSocketGoesOnAfterwards() throws {
        let rules = rules(40)
        let counts = try inNamespace("") {
            var socket = try Socket(.route)
            var counts: [Int] = []
            for _ in 0..<3 {
                try socket.executeAll(rules.count) {
                    .add(rules[$0])
                } refused: { _, _ in
                }
                counts.append(try socket.rules().count { $0.priority == 1000 })
                try socket.executeAll(rules.count) {
                    .delete(rules[$0])
                } refused: { _, _ in
                }
                counts.append(try socket.rules().count { $0.priority == 1000 })
            }
            return counts
        }
        #expect(counts == [40, 0, 40, 0, 40, 0])
    }

    @Test func whatIsAskedForComesInItsPlaceAndWhatIsMissingIsPassedOver() throws {
        let (links, indexes) = try inNamespace("for n in {1..40}; do ip link add br$n type bridge; done") {
            var socket = try Socket(.route)
            let indexes = try socket.links().map { $0.index }.reversed() + [999_999, 1, 0]
            return (try socket.links(indexes: indexes), Array(indexes))
        }
        #expect(links.count == indexes.count && links.count == 44)
        #expect(links.map { $0.index } == indexes.dropLast(3) + [0, 1, 0])
        #expect(links[42].name == "lo")
    }

    @Test func neighboursAndOwnAddressesAreToldTogether() throws {
        let script = """
            ip link add eth0 type veth peer name peer0
            ip link set eth0 up; ip link set peer0 up
            ip addr add 10.89.2.2/24 dev eth0
            ip -6 addr add fd00:2::2/64 dev eth0 nodad
            ip link set lo up
            ip neigh add 10.89.2.1 dev eth0 lladdr 02:00:00:00:00:01 nud permanent
            ip -6 neigh add fd00:2::1 dev eth0 lladdr 02:00:00:00:00:01 nud noarp
            """
        let (states, areLocal) = try inNamespace(script) {
            var socket = try Socket(.route)
            let index = try socket.link(name: "eth0")?.index ?? 0
            let places = ["10.89.2.1", "10.89.2.9", "fd00:2::1", "10.89.2.2", "203.0.113.1", "fd00:2::2"]
                .compactMap { IPAddress($0) }.map { (address: $0, interface: index) }
            return (try socket.neighbours(places), try socket.areLocal(places))
        }
        #expect(states == [.permanent, .none, .noARP, .none, .none, .none])
        #expect(areLocal == [false, false, false, true, false, true])
    }

    @Test func aNeighbourThatIsToBeUsedIsAskedFor() throws {
        let script = """
            ip link add eth0 type veth peer name peer0
            ip link set eth0 up; ip link set peer0 up
            ip addr add 10.89.2.2/24 dev eth0
            """
        let states = try inNamespace(script) {
            var socket = try Socket(.route)
            let index = try socket.link(name: "eth0")?.index ?? 0
            let gateway = [IPAddress("10.89.2.1")].compactMap { $0 }.map { (address: $0, interface: index) }
            let before = try socket.neighbours(gateway)
            try socket.executeAll(1) {
                .useNeighbour(gateway[$0].address, on: index)
            } refused: { _, _ in
            }
            return before + (try socket.neighbours(gateway))
        }
        #expect(states.first == NeighbourState.none && states.last != NeighbourState.none)
    }
}
