package import JSON
import LinuxSystem
import Netlink

extension DockerKnowledge {
    /// The document that the watcher keeps for programs that turn a network's name into an interface. Its `version` rises when a key
    /// changes its meaning or is removed. Networks without an interface on this host are left out.
    package var document: JSON {
        var known: [JSON] = []
        for network in networks {
            if let said = network.said { known.append(said) }
        }
        return .object([.init("version", .integer(1)), .init("networks", .array(known))])
    }
}

extension DockerNetwork {
    fileprivate var said: JSON? {
        let driver: String
        let place: JSON.Member?
        switch self.driver {
        case .bridge: (driver, place) = ("bridge", bridge.map { .init("bridge", .string($0.text)) })
        case .macvlan: (driver, place) = ("macvlan", parent.map { .init("parent", .string($0.text)) })
        case .ipvlan: (driver, place) = ("ipvlan", parent.map { .init("parent", .string($0.text)) })
        case .other: return nil
        }
        guard let place, !isConfigOnly else { return nil }
        return .object([
            .init("name", .string(name)), .init("engine", .string("docker")), .init("id", .string(id)),
            .init("driver", .string(driver)), place,
            .init("subnets", .array(subnets.map { .string($0.description) })),
        ])
    }
}
