import Netlink

@testable import Keel

extension TestContainer {
    /// On three networks, whose defaults have one metric: eth0's wins.
    static var onThreeNetworks: TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [Route(via: "10.89.2.1", dev: 2)])
        container.connect(3, "eth1", ["10.89.3.2/24"], [Route(via: "10.89.3.1", dev: 3)])
        container.connect(4, "eth2", ["10.89.4.2/24"], [Route(via: "10.89.4.1", dev: 4)])
        return container
    }
}

/// What the tests of modes begin with: the container, and its routes.
protocol RoutesOfThreeNetworks {}

extension RoutesOfThreeNetworks {
    var best: Route { Route(via: "10.89.2.1", dev: 2) }
    var second: Route { Route(via: "10.89.3.1", dev: 3) }
    var third: Route { Route(via: "10.89.4.1", dev: 4) }

    func container() -> TestContainer { .onThreeNetworks }
}

/// What the tests of rules begin with: the container, and the rules that it is to have.
protocol RulesOfThreeNetworks {}

extension RulesOfThreeNetworks {
    var heads: [PolicyRule] { [.main(.v4), .foreign(.v4)] }
    var devices: [PolicyRule] { [.bound(.v4, "eth1", dev: 3), .bound(.v4, "eth2", dev: 4)] }
    var first: PolicyRule { .from("10.89.3.0/24", dev: 3) }
    var second: PolicyRule { .from("10.89.4.0/24", dev: 4) }
    var wanted: [PolicyRule] { heads + [first, second] + devices }

    func container(_ more: [InterfaceAddress] = []) -> TestContainer {
        var container = TestContainer.onThreeNetworks
        container.snapshot.addresses += more
        return container
    }
}
