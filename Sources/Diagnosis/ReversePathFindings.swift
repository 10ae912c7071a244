import Keel
import Netlink

// Strict reverse path filters where packets may come in by another interface than answers would leave by.

extension ContainerObservation {
    /// Of a container on several networks: with one there is no other interface.
    func reversePathFindings(_ policy: Policy) -> [Finding] {
        let attached = attachments(.v4)
        let strict = strictInterfaces(among: attached)
        guard attached.count > 1, !strict.isEmpty, plan.contains(where: { $0.remedy == .rpFilter }) else {
            return []
        }
        let drops = filtered.map { $0.count > 0 } ?? false
        let all = snapshot.reversePathFilterOfAll.map { ", \($0) for all" } ?? ""
        var evidence = strict.map { "rp_filter is \($0.reversePathFilter ?? 0) for \($0.name)\(all): strict" }
        if let filtered { evidence.append(filtered.words) }
        if policy.rpFilter == .keep {
            evidence.append("the policy's rpFilter is \"keep\", so evenkeel leaves it as it is")
        }
        let isKept = policy.rpFilter == .keep
        return [
            Finding(
                .rpFilterStrict, isKept ? .information : drops ? .error : .warning, at: place,
                "a strict reverse path filter in a container on \(attached.count) networks", evidence: evidence,
                consequence:
                    "packets that come in by another interface than the answer would leave by vanish before tcpdump and "
                    + "the firewall see them: replies that never arrive, published ports that time out",
                remedy: isKept ? "(choose \"loose\" for the policy's rpFilter)" : apply)
        ]
    }

    /// Interfaces on which the filter in force, the larger of theirs and that of all, is strict.
    private func strictInterfaces(among attached: [Link]) -> [Link] {
        attached.filter { link in
            link.reversePathFilter.map { max($0, snapshot.reversePathFilterOfAll ?? 0) } == 1
        }.sorted { isNaturallyOrdered($0.name, $1.name) }
    }
}

extension HostObservation {
    /// Strict filters on bridges by which packets of another network's address come in.
    func reversePathFindings(_ containers: [ContainerObservation]) -> [Finding] {
        var bridges: [(name: String, evidence: [String])] = []
        for container in containers {
            guard let entrance = container.defaultEntrance, let link = entrance.bridge,
                link.reversePathFilter.map({ max($0, reversePathFilterOfAll ?? 0) }) == 1
            else { continue }
            let strays = container.strays.map {
                "\($0.address) of \(container.container.title) comes in by \(link.name)"
            }
            guard !strays.isEmpty else { continue }
            if let place = bridges.firstIndex(where: { $0.name == link.name }) {
                bridges[place].evidence += strays
            } else {
                let value =
                    "rp_filter is \(link.reversePathFilter ?? 0) for \(link.name), \(reversePathFilterOfAll ?? 0) for all"
                bridges.append((link.name, ["\(value): strict"] + strays))
            }
        }
        return bridges.map { bridge in
            Finding(
                .hostRPFilterStrict, .warning, at: .host,
                "\(bridge.name) filters strictly, and containers on several networks send other addresses through it",
                evidence: bridge.evidence.prefix(Self.mostLines)
                    + (filtered.map { ["on the host, \($0.words)"] } ?? []),
                consequence:
                    "the host drops what such a container sends from its other networks' addresses: ports published on "
                    + "those networks time out, and programs bound to the address get no answer",
                remedy: "sudo sysctl -w net/ipv4/conf/\(bridge.name.quotedForShell)/rp_filter=2")
        }
    }

    private static let mostLines = 6
}

extension ContainerObservation {
    /// Where the packets that take its IPv4 default route enter the host.
    fileprivate var defaultEntrance: Entrance? {
        defaultInterface(.v4).flatMap { index in entrances.first { $0.interface.index == index } }
    }
}
