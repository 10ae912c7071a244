import LinuxSystem
import Netlink
import Testing

@testable import Keel

/// The reverse path filter of the namespace.
@Suite struct ReversePathFilterTests {
    private func container(_ values: [Int?], all: Int? = 0, default: Int? = 0, hasRoute: Bool = true)
        -> NamespaceSnapshot
    {
        var container = TestContainer()
        for (place, value) in values.enumerated() {
            container.connect(UInt32(place + 2), "eth\(place)", [])
            container.snapshot.links[place + 1].reversePathFilter = value
        }
        if hasRoute { container.add(Route(via: "10.89.2.1", dev: 2)) }
        container.snapshot.reversePathFilterOfAll = all
        container.snapshot.reversePathFilterOfDefault = `default`
        return container.snapshot
    }

    private func write(_ name: String) -> Change.Action { .set(Sysctl("net/ipv4/conf/\(name)/rp_filter"), 2) }

    @Test func everyInterfaceButLoBecomesLooseAndThoseToCome() throws {
        let plan = try container([0, 1, 2]).plan(Policy())
        #expect(plan.actions == [write("eth0"), write("eth1"), write("default")])
        #expect(
            plan.text == [
                "set rp_filter of eth0 to 2 (loose; it was 0)", "set rp_filter of eth1 to 2 (loose; it was 1)",
                "set rp_filter of default to 2 (loose; it was 0)",
            ])
        #expect(plan.allSatisfy { $0.remedy == .rpFilter })
    }

    @Test(arguments: [0, 1, 2, nil]) func whatIsLooseIsLeftWhateverAllSays(all: Int?) throws {
        #expect(try container([2, 2], all: all, default: 2).plan(Policy()) == [])
    }

    @Test func withoutAnIPv4DefaultOffStaysOff() throws {
        #expect(try container([0, 1], hasRoute: false).plan(Policy()).actions == [write("eth1")])
        var six = container([0, 0], hasRoute: false)
        six.routes = [Route(via: "fd00::1", dev: 2)]
        #expect(try six.plan(Policy()) == [])
    }

    @Test func withoutAnIPv4DefaultWhatAllMakesStrictBecomesLoose() throws {
        let plan = try container([0], all: 1, hasRoute: false).plan(Policy())
        #expect(plan.actions == [write("eth0"), write("default")])
    }

    @Test func relaxTouchesOnlyWhatIsStrict() throws {
        let relax = Policy(rpFilter: .relax)
        #expect(try container([0, 1, 2]).plan(relax).actions == [write("eth1")])
        #expect(
            try container([0, 1, 2], all: 1, default: 0).plan(relax).actions == [
                write("eth0"), write("eth1"), write("default"),
            ])
        #expect(try container([0, 1, 2], all: 2, default: 1).plan(relax) == [])
        #expect(
            try container([0, 1], default: 1, hasRoute: false).plan(relax).actions == [write("eth1"), write("default")])
    }

    @Test func keepTouchesNothing() throws {
        #expect(try container([0, 1], all: 1, default: 1).plan(Policy(rpFilter: .keep)) == [])
    }

    @Test func anInterfaceThatLeavesIsLeft() throws {
        #expect(try container([1, 1], default: 2).plan(Policy(), leaving: 2).actions == [write("eth1")])
    }

    @Test func whatHasNoIPv4IsLeft() throws {
        #expect(try container([nil, 1], all: nil, default: nil).plan(Policy()).actions == [write("eth1")])
    }

    @Test func anInterfaceCannotNameAnotherFile() throws {
        for name in ["..", ".", "a/b"] as [InterfaceName] {
            var snapshot = container([1], default: 2)
            snapshot.links[1].name = name
            #expect(try snapshot.plan(Policy()) == [])
        }
        var dotted = container([1], default: 2)
        dotted.links[1].name = "eth0.5"
        #expect(try dotted.plan(Policy()).actions == [write("eth0.5")])
    }

    @Test func theModeOfTheDefaultRouteHasNoSay() throws {
        #expect(try container([1], default: 2).plan(Policy(.keep)).actions == [write("eth0")])
    }
}
