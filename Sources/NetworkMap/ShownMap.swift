extension NetworkMap {
    /// The same map with every name and address as `shown` has it. What they are laid out in is not touched.
    public func shown(_ shown: (String) -> String) -> NetworkMap {
        var map = self
        map.problems = problems.map(shown)
        map.host.uplinks = host.uplinks.map { uplink in
            .init(
                interface: shown(uplink.interface), addresses: uplink.addresses.map(shown),
                gateways: uplink.gateways.map(shown))
        }
        map.networks = networks.map { network in
            let bridge = network.bridge.map { bridge in
                Bridge(name: shown(bridge.name), addresses: bridge.addresses.map(shown), guarded: bridge.guarded)
            }
            return .init(
                name: network.name.map(shown), bridge: bridge, kind: network.kind, prefixes: network.prefixes.map(shown)
            )
        }
        map.containers = containers.map { $0.shown(shown) }
        return map
    }
}

extension NetworkMap.Container {
    fileprivate func shown(_ shown: (String) -> String) -> Self {
        var container = self
        (container.title, container.namespace) = (shown(title), shown(namespace))
        container.ids = ids.map(shown)
        container.troubles = troubles.map(shown)
        container.notes = notes.map(shown)
        container.interfaces = interfaces.map { interface in
            var interface = interface
            interface.name = shown(interface.name)
            interface.hostEnd = interface.hostEnd.map(shown)
            interface.addresses = interface.addresses.map(shown)
            interface.sources = interface.sources.map(shown)
            return interface
        }
        return container
    }
}
