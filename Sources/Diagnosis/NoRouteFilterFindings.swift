import Keel
import Netlink

// Reverse path filters where no route leads back to the sender. A loose filter accepts any route back. Without a default route
// there is none to most of the world, so datagrams from afar are dropped, even if their receiver never answers.

extension ContainerObservation {
    /// Only if packets were dropped already: nothing from afar is sent to most containers without a default route.
    func noRouteFindings() -> [Finding] {
        let filtering = attachedNetworks(.v4).filter { filterInForce(on: $0) > 0 }
            .sorted { isNaturallyOrdered($0.name, $1.name) }
        guard let filtered, filtered.count > 0, !filtering.isEmpty, !snapshot.hasDefaultRoute(.v4), !leadsBeyond
        else { return [] }
        let isRising = (filtered.rise?.count ?? 0) > 0
        return [
            Finding(
                .rpFilterNoRoute, isRising ? .warning : .information, at: place,
                "a reverse path filter drops packets from senders that no route leads back to",
                evidence: filtering.map { text(ofFilterOn: $0) } + [
                    "no IPv4 default route, so the filter finds no way back to anybody beyond its own networks",
                    filtered.text,
                ],
                consequence:
                    "datagrams from other subnets (syslog, flow records, multicast, traps) come in and reach no program, without "
                    + "an error, even if the program would never answer them",
                remedy: commands(of: filtering).map { "sudo nsenter --net=\(container.path.quotedForShell) \($0)" }
                    .joined(separator: " && "))
        ]
    }

    /// The kernel uses the larger of the interface's value and that of `all`.
    private func filterInForce(on link: Link) -> Int {
        max(link.reversePathFilter ?? 0, snapshot.reversePathFilterOfAll ?? 0)
    }

    private func text(ofFilterOn link: Link) -> String {
        let value = filterInForce(on: link)
        let name = value == 1 ? "strict" : "loose"
        return "rp_filter is \(link.reversePathFilter ?? 0) for \(link.name), "
            + "\(snapshot.reversePathFilterOfAll ?? 0) for all: \(name)"
    }

    private func commands(of filtering: [Link]) -> [String] {
        let all: [InterfaceName] = (snapshot.reversePathFilterOfAll ?? 0) > 0 ? ["all"] : []
        let own = filtering.filter { ($0.reversePathFilter ?? 0) > 0 }.map { $0.name }
        let settings = (all + own).map { "net/ipv4/conf/\($0.quotedForShell)/rp_filter=0" }
        return ["sysctl -w \(settings.joined(separator: " "))"]
    }
}
