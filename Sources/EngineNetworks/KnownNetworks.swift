/// The networks of root's engines and of users' rootless ones, each read once.
public final class KnownNetworks {
    private var known: [(user: UInt32?, networks: [EngineNetwork])] = []

    public init() {}

    /// `user`: the one whose rootless engines are meant; nil for root's.
    public func networks(of user: UInt32?) -> [EngineNetwork] {
        for entry in known where entry.user == user { return entry.networks }
        let networks = EngineNetworks(of: user).all
        known.append((user, networks))
        return networks
    }
}
