import Netlink

/// The default routes that a network set up and that are not in main any more because another network won.
public struct DisplacedDefaults: Hashable, Sendable {
    private struct Place: Hashable {
        let version: IPVersion
        let interface: InterfaceName
        let gateway: IPAddress?

        init(_ candidate: Candidate) {
            version = candidate.leg.version
            interface = candidate.link.name
            gateway = candidate.hop.gateway
        }
    }

    private var displaced: [Place] = []
    private var kept: [Place] = []

    init() {}

    init(_ selections: [DefaultRoutes]) {
        // In mode ranked all of them stay in main.
        for routes in selections where !routes.isRanked {
            let selection = routes.selection
            for candidate in selection.losers {
                if routes.staysInMain(candidate) {
                    kept.append(Place(candidate))
                } else {
                    displaced.append(Place(candidate))
                }
            }
            let winner = selection.winner.map { [$0] } ?? []
            kept += (winner + selection.besideWinner + selection.standbys).map { Place($0) }
        }
    }

    /// Whether a route that was set up on the interface has been displaced.
    ///
    /// `destination` is a prefix and `gateway` an address, as text. Without a gateway any default of the interface matches.
    public func contains(destination: String, gateway: String?, on interface: String) -> Bool {
        guard let interface = InterfaceName(text: interface) else { return false }
        guard let prefix = IPPrefix(destination), prefix.length == 0 else { return false }
        let address = gateway.flatMap { IPAddress($0) }
        let isMeant = { (place: Place) in
            place.version == prefix.address.version && place.interface == interface
                && (address == nil || place.gateway == address)
        }
        return displaced.contains(where: isMeant) && !kept.contains(where: isMeant)
    }
}
