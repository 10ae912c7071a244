import Keel
import Netlink

// Strict reverse path filters where packets may come in by another interface than their answers would leave by.

extension ContainerObservation {
    func reversePathFindings(_ policy: Policy) -> [Finding] {
        let strict = strictFindings(policy)
        return strict.isEmpty ? noRouteFindings() : strict
    }

    /// Only for a container on several networks: with one there is no other interface.
    private func strictFindings(_ policy: Policy) -> [Finding] {
        let attached = attachedNetworks(.v4)
        let strict = strictInterfaces(among: attached)
        guard attached.count > 1, !strict.isEmpty, plan.contains(where: { $0.remedy == .rpFilter }) else {
            return []
        }
        let drops = filtered.map { $0.count > 0 } ?? false
        let all = snapshot.reversePathFilterOfAll.map { ", \($0) for all" } ?? ""
        var evidence = strict.map { "rp_filter is \($0.reversePathFilter ?? 0) for \($0.name)\(all): strict" }
        if let filtered { evidence.append(filtered.text) }
        if policy.rpFilter == .keep {
            evidence.append("the policy's rpFilter is \"keep\", so evenkeel leaves it as it is")
        }
        let isKept = policy.rpFilter == .keep
        return [
            Finding(
                .rpFilterStrict, isKept ? .information : drops ? .error : .warning, at: place,
                "a strict reverse path filter in a container on \(attached.count) networks", evidence: evidence,
                consequence:
                    "packets vanish if their answer would leave by another interface: tcpdump may show them, but no program "
                    + "gets them; replies never arrive, and published ports time out",
                remedy: isKept ? "(choose \"loose\" for the policy's rpFilter)" : apply)
        ]
    }

    /// The interfaces whose filter is strict. The kernel uses the larger of the interface's value and that of `all`.
    private func strictInterfaces(among attached: [Link]) -> [Link] {
        attached.filter { link in
            link.reversePathFilter.map { max($0, snapshot.reversePathFilterOfAll ?? 0) } == 1
        }.sorted { isNaturallyOrdered($0.name, $1.name) }
    }
}

extension HostObservation {
    /// Strict filters where packets with another network's address enter the host: on a bridge, or a host end without one.
    func reversePathFindings(_ containers: [ContainerObservation]) -> [Finding] {
        var ways: [StrictWay] = []
        for container in containers {
            guard let attachment = routedEntrance(of: container, .v4) else { continue }
            let link = attachment.bridge ?? attachment.end
            guard let filter = link.reversePathFilter, max(filter, reversePathFilterOfAll ?? 0) == 1 else { continue }
            let strays = container.strays
            guard !strays.isEmpty else { continue }
            let place = ways.firstIndex { $0.name == link.name } ?? ways.count
            if place == ways.count { ways.append(StrictWay(name: link.name, filter: filter)) }
            ways[place].strays += strays.map {
                "\($0.address) of \(container.container.title) comes in by \(link.name)"
            }
            if strays.contains(where: { container.hasDefault(by: $0.interface) }) { ways[place].hasGateways = true }
        }
        return ways.map { finding($0) }
    }

    private func finding(_ way: StrictWay) -> Finding {
        // A network without a gateway is seldom reached from afar.
        let isIdle = filtered?.count == 0 && !way.hasGateways
        let strict = "rp_filter is \(way.filter) for \(way.name), \(reversePathFilterOfAll ?? 0) for all: strict"
        return Finding(
            .hostRPFilterStrict, isIdle ? .information : .warning, at: .host,
            "\(way.name) filters reverse paths strictly, and containers send other networks' addresses through it",
            evidence: ([strict] + way.strays).prefix(Self.mostLines)
                + (filtered.map { ["on the host, \($0.text)"] } ?? []),
            consequence: isIdle
                ? "nothing so far: the host would drop what such a container sends to other subnets from the address of a "
                    + "network that has no gateway"
                : "the host drops what such a container sends from its other networks' addresses: ports published on "
                    + "those networks time out, and programs bound to the address get no answer",
            remedy: "sudo sysctl -w net/ipv4/conf/\(way.name.quotedForShell)/rp_filter=2")
    }

    private static let mostLines = 6
}

/// An interface of the host that filters strictly, and the other networks' addresses that come in there.
private struct StrictWay {
    let name: InterfaceName
    let filter: Int
    var strays: [String] = []
    /// Whether one of those networks has a gateway, so that published ports may use it.
    var hasGateways = false
}

extension ContainerObservation {
    /// Whether an IPv4 default route of any table leaves by the interface.
    fileprivate func hasDefault(by interface: UInt32) -> Bool {
        snapshot.routes.contains { route in
            route.version == .v4 && route.isUnicast && route.nextHops.contains { $0.interface == interface }
        }
    }
}
