import Netlink
import Testing

@testable import Keel

/// Which of the routes an attachment set up are not in main any more.
@Suite struct DisplacedDefaultTests {
    private func container() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.5/24"], [Route(via: "10.89.2.1", dev: 2, metric: 100)])
        container.connect(
            3, "eth1", ["10.89.3.5/24", "fd00:89:3::5/64"],
            [Route(via: "10.89.3.1", dev: 3, metric: 100), Route(via: "fd00:89:3::1", dev: 3, metric: 100)])
        return container
    }

    private func displaced(_ container: TestContainer, _ policy: Policy = Policy()) -> DisplacedDefaults {
        DisplacedDefaults(container.snapshot.selections(policy.defaultRoute, leaving: nil))
    }

    @Test func theLosersDefaultIsAndTheWinnersIsNot() throws {
        var container = container()
        for _ in 1...2 {
            let displaced = displaced(container)
            for gateway in [nil, "10.89.3.1"] {
                #expect(displaced.contains(destination: "0.0.0.0/0", gateway: gateway, on: "eth1"))
            }
            #expect(!displaced.contains(destination: "0.0.0.0/0", gateway: "10.89.3.9", on: "eth1"))
            #expect(!displaced.contains(destination: "0.0.0.0/0", gateway: nil, on: "eth0"))
            #expect(!displaced.contains(destination: "::/0", gateway: nil, on: "eth1"), "IPv6 has no other")
            #expect(!displaced.contains(destination: "10.0.0.0/8", gateway: nil, on: "eth1"))
            #expect(!displaced.contains(destination: "nonsense", gateway: "nonsense", on: "eth1"))
            // A second run, which finds them in the tables, answers alike.
            try container.run()
        }
    }

    @Test func ofTwoGatewaysOfOneNetworkBothStay() {
        var container = container()
        container.add(Route(via: "10.89.2.9", dev: 2, metric: 200))
        for policy in [Policy(), Policy(prefer: ["10.89.2.1/32"]), Policy(.one)] {
            for gateway in ["10.89.2.1", "10.89.2.9", nil] {
                #expect(!displaced(container, policy).contains(destination: "0.0.0.0/0", gateway: gateway, on: "eth0"))
            }
        }
    }

    @Test func aStandbyIsNotUnlessOneIsToStay() {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.5/24"], [Route(via: "10.89.2.1", dev: 2, metric: 100)])
        container.connect(3, "eth1", ["10.89.3.5/24"], [Route(via: "10.89.3.1", dev: 3, metric: 200)])
        #expect(!displaced(container).contains(destination: "0.0.0.0/0", gateway: nil, on: "eth1"))
        #expect(displaced(container, Policy(.one)).contains(destination: "0.0.0.0/0", gateway: nil, on: "eth1"))
    }

    @Test func whereATunnelHasTheDefaultNoneIs() {
        var container = container()
        container.snapshot.links.append(Link(9, "wg0"))
        container.snapshot.links[3].isEthernet = false
        container.add(Route(via: nil, dev: 9, metric: 50))
        for interface in ["eth0", "eth1"] {
            #expect(!displaced(container).contains(destination: "0.0.0.0/0", gateway: nil, on: interface))
        }
    }

    @Test(arguments: [Policy.DefaultRoute.Mode.ranked, .keep]) func whereAllStayNoneIs(mode: Policy.DefaultRoute.Mode) {
        #expect(!displaced(container(), Policy(mode)).contains(destination: "0.0.0.0/0", gateway: nil, on: "eth1"))
    }
}
