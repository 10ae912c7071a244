package import Keel
package import LinuxSystem
package import Netlink

/// What Docker has told: its networks, and where its running containers are attached.
package struct DockerKnowledge: Sendable {
    package var networks: [DockerNetwork] = []
    package var containers: [DockerContainer] = []

    package init() {}

    /// The container whose endpoints a namespace's interfaces are. Docker's ids do not lead to a namespace without asking for each
    /// container, which may take for ever while it starts; addresses and hardware addresses do, and no two containers of one network have
    /// the same. Nil if none matches, or several do.
    package func container(
        _ snapshot: NamespaceSnapshot, _ hardware: [(interface: UInt32, address: HardwareAddress)]
    ) -> DockerContainer? {
        var found: DockerContainer?
        for container in containers {
            let isHere = container.endpoints.contains { endpoint in
                IPVersion.allCases.contains { matches(endpoint, $0, snapshot, hardware) }
            }
            guard isHere else { continue }
            if found != nil { return nil }
            found = container
        }
        return found
    }

    private func matches(
        _ endpoint: DockerContainer.Endpoint, _ version: IPVersion, _ snapshot: NamespaceSnapshot,
        _ hardware: [(interface: UInt32, address: HardwareAddress)]
    ) -> Bool {
        guard let side = endpoint.side(version) else { return false }
        for place in snapshot.addresses.indices
        where snapshot.addresses[place].address == side.address && snapshot.addresses[place].prefixLength == side.length
        {
            guard let expected = endpoint.hardware else { return true }
            let index = snapshot.addresses[place].interface
            if hardware.contains(where: { $0.interface == index && $0.address == expected }) { return true }
        }
        return false
    }

    /// What a run over a container may learn, and as which container Docker knows it; nil if Docker does not. Costs nothing but the look
    /// for that where the container has one network.
    package func lesson(
        _ snapshot: NamespaceSnapshot, _ attachments: [HostAttachment], _ policy: Policy.DefaultRoute,
        _ container: inout Container, _ host: inout Host
    ) throws(KernelError) -> (lesson: Lesson, container: DockerContainer)? {
        let hardware = try container.socket.hardwareAddresses()
        guard let known = self.container(snapshot, hardware) else { return nil }
        var scene = LearningScene(snapshot, attachments, hardware, known, networks, LearningScene.Host(), policy.learn)
        if known.endpoints.count > 1 && policy.learn != .nothing { scene.host = try facts(known, &container, &host) }
        return (scene.lesson(), known)
    }

    private func facts(
        _ known: DockerContainer, _ container: inout Container, _ host: inout Host
    ) throws(KernelError) -> LearningScene.Host {
        var facts = LearningScene.Host()
        facts.rules = try host.socket.rules()
        facts.addresses = try host.socket.addresses()
        for setting in try host.socket.netconf() where setting.scope == .all {
            facts.reversePathFilterOfAll = setting.reversePathFilter
        }
        for network in networks
        where network.parent != nil && known.endpoints.contains(where: { $0.networkID == network.id }) {
            if let name = network.parent, let link = try host.socket.link(name: name) { facts.parents.append(link) }
        }
        if !facts.parents.isEmpty { facts.idInContainer = try container.socket.namespaceID(of: host.home) }
        return facts
    }
}
