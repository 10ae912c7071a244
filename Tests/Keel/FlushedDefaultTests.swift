import Netlink
import Testing

@testable import Keel

/// What the kernel flushed comes back once, and what somebody deleted never does.
@Suite struct FlushedDefaultTests {
    private static let route = Route(via: "10.89.2.1", dev: 2)

    /// A container on one network, as it was seen last.
    private var container: TestContainer
    private var memory = FlushedDefaults()

    init() {
        container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [Self.route])
        memory.update(container.snapshot)
    }

    private mutating func set(running: Bool) {
        for place in container.snapshot.links.indices where container.snapshot.links[place].index == 2 {
            container.snapshot.links[place].isRunning = running
        }
    }

    /// The link goes down: the kernel takes its IPv4 routes and says nothing of them.
    private mutating func goDown() {
        set(running: false)
        container.snapshot.routes.removeAll { $0.nextHops.contains { $0.interface == 2 } }
        memory.note(flapOf: 2)
        memory.update(container.snapshot)
    }

    private mutating func comeUp() -> [Route] {
        set(running: true)
        memory.update(container.snapshot)
        return memory.takeRestorable(in: &container.snapshot)
    }

    @Test mutating func afterAFlapTheDefaultIsRestoredOnceTheLinkIsUp() {
        goDown()
        #expect(memory.areAny)
        let restored1 = memory.takeRestorable(in: &container.snapshot)
        #expect(restored1 == [])
        let restored2 = comeUp()
        #expect(restored2 == [Self.route])
        #expect(!memory.areAny)
        let restored3 = comeUp()
        #expect(restored3 == [])
    }

    @Test mutating func theChangeSaysWhy() {
        goDown()
        let changes = container.snapshot.restore(comeUp())
        #expect(
            changes.map { $0.done } == [
                "restored default via 10.89.2.1 dev eth0 (the kernel flushed it when the link flapped)"
            ])
        #expect(container.snapshot.routes.contains(Self.route))
    }

    @Test mutating func whereTheLastAddressWentItWaitsForOneThatReachesTheGateway() {
        let address = container.snapshot.addresses
        container.snapshot.addresses = []
        container.snapshot.routes = []
        memory.note(flapOf: 2)
        memory.update(container.snapshot)
        let restored4 = memory.takeRestorable(in: &container.snapshot)
        #expect(restored4 == [])
        container.snapshot.addresses = [InterfaceAddress("192.0.2.7/24", dev: 2)]
        let restored5 = memory.takeRestorable(in: &container.snapshot)
        #expect(restored5 == [])
        container.snapshot.addresses = address
        let restored6 = memory.takeRestorable(in: &container.snapshot)
        #expect(restored6 == [Self.route])
    }

    @Test mutating func whatSomebodyDeletedStaysAwayWhateverTheLinkDoes() {
        memory.note(deletionOf: Self.route)
        goDown()
        #expect(!memory.areAny)
        let restored7 = comeUp()
        #expect(restored7 == [])
    }

    @Test mutating func whatSomebodyDeletesWhileItWaitsStaysAway() {
        goDown()
        memory.note(deletionOf: Self.route)
        let restored8 = comeUp()
        #expect(restored8 == [])
    }

    @Test mutating func aDefaultThatIsGoneWithoutAFlapStaysAway() {
        container.snapshot.routes = []
        memory.update(container.snapshot)
        #expect(!memory.areAny)
    }

    @Test mutating func whoeverGivesAnotherDefaultMeansIt() {
        container.connect(3, "eth1", ["10.89.3.2/24"])
        memory.update(container.snapshot)
        goDown()
        container.add(Route(via: "10.89.3.1", dev: 3))
        let restored9 = comeUp()
        #expect(restored9 == [])
    }

    @Test mutating func ifItIsThereAgainNothingIsRestored() {
        goDown()
        container.snapshot.routes.append(Self.route)
        let restored10 = comeUp()
        #expect(restored10 == [])
    }

    @Test mutating func anInterfaceThatIsGoneTakesItsRouteAlong() {
        goDown()
        container.disconnect(2)
        memory.update(container.snapshot)
        #expect(!memory.areAny)
    }

    @Test mutating func afterEventsWereLostNothingIsRestored() {
        goDown()
        memory.forgetAll()
        #expect(!memory.areAny)
        let restored11 = comeUp()
        #expect(restored11 == [])
    }

    @Test mutating func advertisedDefaultsComeByThemselves() {
        container = TestContainer()
        container.connect(2, "eth0", ["fd00:89:2::2/64"], [Route(advertised: "fe80::1", dev: 2)])
        memory = FlushedDefaults()
        memory.update(container.snapshot)
        goDown()
        #expect(!memory.areAny)
    }

    @Test mutating func aLosersDefaultWaitsInItsTableAndComesBackThere() throws {
        container.connect(3, "eth1", ["10.89.3.2/24"], [Route(via: "10.89.3.1", dev: 3)])
        try container.run()
        let aside = Route(via: "10.89.3.1", dev: 3).copied()
        #expect(container.snapshot.routes.contains(aside))
        memory.update(container.snapshot)
        container.snapshot.routes.removeAll { $0.nextHops.contains { $0.interface == 3 } }
        memory.note(flapOf: 3)
        memory.update(container.snapshot)
        let restored12 = memory.takeRestorable(in: &container.snapshot)
        #expect(restored12 == [aside])
    }
}
