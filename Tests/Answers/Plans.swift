import Keel
import LinuxSystem
import Netlink

/// The words of plans: containers on two to four networks of every order of names and metrics, under every mode, with
/// preferences that are names, globs and prefixes.
func plans() -> [String] {
    plans(of: [
        ["eth0", "eth1"], ["eth10", "eth9", "eth2"], ["net1", "web", "web0", "e1"], ["a\u{1b}b", "\u{e9}", "c"],
        ["\u{e9}", "e\u{301}", "e"],
    ])
}

private func plans(of containers: [[String]]) -> [String] {
    let preferences = ["", "eth1", "web*", "?1", "\u{e9}", "e\u{301}", "10.89.2.0/24", "fd00:89:1::1", "*nobody"]
    return containers.flatMap { names in
        preferences.flatMap { preference in
            Policy.DefaultRoute.Mode.allCases.flatMap { mode in
                [UInt32(0), 1].map { slope in
                    var policy = Policy()
                    policy.defaultRoute.mode = mode
                    policy.defaultRoute.prefer = Preference(preference).map { [$0] } ?? []
                    let question = "\(mode.rawValue) \(preference) of \(names.joined(separator: " ")), slope \(slope)"
                    return answer(question, plan(names, policy, slope: slope))
                }
            }
        }
    }
}

/// `slope`: how much worse each network's metric is than that of the one before.
private func plan(_ names: [String], _ policy: Policy, slope: UInt32) -> String {
    var snapshot = NamespaceSnapshot(links: [])
    for (place, name) in names.enumerated() {
        let index = UInt32(place + 2)
        var link = Link(index: index, name: InterfaceName(text: name) ?? "none")
        link.reversePathFilter = place % 3
        snapshot.links.append(link)
        for (address, gateway) in [
            ("10.89.\(place + 1).5", "10.89.\(place + 1).1"), ("fd00:89:\(place + 1)::5", "fd00:89:\(place + 1)::1"),
        ] {
            guard let address = IPAddress(address), let gateway = IPAddress(gateway) else { continue }
            snapshot.addresses.append(
                InterfaceAddress(
                    interface: index, address: address, prefixLength: address.version == .v4 ? 24 : 64, isGlobal: true,
                    isPermanent: true))
            snapshot.routes.append(
                Route(
                    gateway.version, metric: 100 + slope * UInt32(place),
                    nextHops: [NextHop(interface: index, gateway: gateway)]))
        }
    }
    do throws(KernelError) {
        return try snapshot.plan(policy).map { "\($0.proposed), \($0.done)" }.joined(separator: "; ")
    } catch { return error.description }
}
