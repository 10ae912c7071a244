import Netlink

/// What the tests of modes begin with: a container on three networks, whose defaults have one metric.
protocol ThreeNetworks {}

extension ThreeNetworks {
    var best: Route { Route(via: "10.89.2.1", dev: 2) }
    var second: Route { Route(via: "10.89.3.1", dev: 3) }
    var third: Route { Route(via: "10.89.4.1", dev: 4) }

    func container() -> TestContainer {
        var container = TestContainer()
        container.connect(2, "eth0", ["10.89.2.2/24"], [best])
        container.connect(3, "eth1", ["10.89.3.2/24"], [second])
        container.connect(4, "eth2", ["10.89.4.2/24"], [third])
        return container
    }
}
