import LinuxSystem
import Netlink

// A container's own wish for a default route is obeyed or refused aloud: a wrong way out is a leak.

/// A word of a container's wish that names no default route.
public struct UnmetWish: Hashable, Sendable {
    /// What the container said.
    public let word: String
    /// What it names, or what there is to choose from.
    let explanation: String

    /// `WISH=bakc names none of front (eth0, 10.89.0.0/24), back (eth1, 10.89.1.0/24); did you mean back?` `wish` is how the
    /// wish was made.
    public func text(of wish: String) -> String { "\(wish)\(printable(word)) names \(explanation)" }
}

extension [UnmetWish] {
    /// A line a word; of many, which an image may have written, the first.
    public func texts(of wish: String) -> [String] {
        let most = 8
        let texts = prefix(most).map { $0.text(of: wish) }
        return count > most ? texts + ["\(count - most) more names name none either"] : texts
    }
}

extension Preference {
    /// As it is written in a document.
    package var word: String {
        switch self {
        case .name(let name), .network(let name, _): name
        case .gateway(let prefix): prefix.description
        }
    }
}

extension NamespaceSnapshot {
    /// Whether a preference can only be the name of a network: then files have to be read.
    func isOfNetwork(_ preference: Preference) -> Bool {
        guard case .name = preference else { return false }
        return !links.contains { preference.matches($0, gateway: nil) }
    }

    /// The preferences with the interfaces of those networks that they name.
    func resolved(_ preferences: [Preference], _ names: NetworkNames) -> [Preference] {
        preferences.map { preference in
            guard case .name(let name) = preference, isOfNetwork(preference) else { return preference }
            let interfaces = names.interfaces(ofNetworks: name)
            return interfaces.isEmpty ? preference : .network(name, interfaces)
        }
    }

    /// The resolved preferences that name no default route, in main or set aside. A learnt one never wins, so it meets no wish.
    func unmet(_ preferences: [Preference]) -> [Preference] {
        preferences.filter { preference in
            !routes.contains { route in
                route.protocol != Ours.learntProtocol
                    && route.nextHops.contains { hop in
                        guard route.table == Route.mainTable || route.table == Ours.table(of: hop.interface),
                            let link = link(hop.interface)
                        else { return false }
                        return preference.matches(link, gateway: hop.gatewayAddress)
                    }
            }
        }
    }

    /// The resolved preferences that count for nothing, because mode `keep` lets none be chosen and the kernel's choice is another.
    package func keptWishes(_ preferences: [Preference], _ mode: Policy.DefaultRoute.Mode) -> [UnmetWish] {
        guard mode == .keep, !gatewaysThatMatter.isEmpty, !isObeyedAsItIs(preferences) else { return [] }
        return preferences.map { UnmetWish(word: $0.word, explanation: Self.kept) }
    }

    private static let kept = "no winner: defaultRoute.mode is \"keep\", so the default routes stay as they are"

    /// Whether the kernel goes by the best of the resolved preferences although nothing is changed, in each family.
    func isObeyedAsItIs(_ preferences: [Preference]) -> Bool {
        IPVersion.allCases.allSatisfy { version in
            var best: (level: Level, ranks: [Int])?
            var ranks: [Int] = []
            for route in routes where route.version == version && route.table == Route.mainTable && route.isUnicast {
                let those = route.nextHops.map { rank($0, preferences) }
                let level = Level(route)
                ranks += those
                if level == best?.level { best?.ranks += those }
                if best.map({ level < $0.level }) ?? true { best = (level, those) }
            }
            return best?.ranks.allSatisfy { $0 == ranks.min() } ?? true
        }
    }

    private func rank(_ hop: NextHop, _ preferences: [Preference]) -> Int {
        guard let link = link(hop.interface) else { return preferences.count }
        return preferences.firstIndex { $0.matches(link, gateway: hop.gatewayAddress) } ?? preferences.count
    }

    /// Why a preference names no default route. `names` are the networks' names, as far as anybody asked for them.
    func explain(_ preference: Preference, _ names: NetworkNames) -> UnmetWish {
        let networks = links.filter { !$0.isLoopback }
        let named = networks.filter { preference.matches($0, gateway: nil) }
        if !named.isEmpty {
            let list = named.prefix(Self.mostListed).map { describe($0, names) }.joined(separator: ", ")
            let advice = named.contains { names.isDockers($0.index) } ? Self.adviceForDocker : ""
            return UnmetWish(word: preference.word, explanation: "\(list), which has no default route\(advice)")
        }
        var choice = networks.prefix(Self.mostListed).map { describe($0, names) }
        if networks.count > choice.count { choice.append("\(networks.count - choice.count) more") }
        var explanation = "none of \(choice.joined(separator: ", "))"
        if case .name(let word) = preference,
            let meant = nearest(to: word, among: names.all + networks.map { $0.name.text })
        {
            explanation += "; did you mean \(printable(meant))?"
        }
        return UnmetWish(word: preference.word, explanation: explanation)
    }

    /// A container may have made thousands.
    private static let mostListed = 16

    private static let adviceForDocker =
        "; Docker gives a container one, by the network with the highest gw-priority (docker network connect --gw-priority)"

    /// `front (eth0, 10.89.0.0/24)`
    private func describe(_ link: Link, _ names: NetworkNames) -> String {
        let prefix = addresses.first { $0.interface == link.index && $0.isGlobal }.map { $0.onLinkPrefix.description }
        guard let network = names.network(of: link.index) else {
            return prefix.map { "\(link.name) (\($0))" } ?? link.name.description
        }
        return "\(printable(network)) (\(link.name)\(prefix.map { ", \($0)" } ?? ""))"
    }
}

extension Container {
    /// Puts the networks' interfaces in place of their names in the preferences. Returns what of the container's own names no default
    /// route. Asks nobody if there are no preferences, as in most containers, or if the host's decide nothing.
    mutating func nameNetworks(
        in policy: inout Policy.DefaultRoute, _ snapshot: inout NamespaceSnapshot, _ attachments: [HostAttachment]
    ) throws(KernelError) -> [UnmetWish] {
        let preferences = policy.prefer
        let isOwn = policy.hasOwnPreference
        if preferences.isEmpty || (!isOwn && snapshot.gatewaysThatMatter.isEmpty) { return [] }
        var known: NetworkNames?
        if (preferences + policy.overruled).contains(where: { snapshot.isOfNetwork($0) }) {
            let names = try networkNames(of: &snapshot, attachments)
            known = names
            policy.prefer = snapshot.resolved(preferences, names)
            if policy.isWishRecalled { policy.prefer = snapshot.remembered(policy.prefer) }
            policy.overruled = snapshot.resolved(policy.overruled, names)
        }
        // Before any network is there nothing is unmet yet.
        guard isOwn, snapshot.links.contains(where: { !$0.isLoopback }) else { return [] }
        let kept = snapshot.keptWishes(policy.prefer, policy.mode)
        if !kept.isEmpty { return kept }
        let unmet = snapshot.unmet(policy.prefer)
        if unmet.isEmpty { return [] }
        // Words that are interfaces' names or prefixes asked for none.
        let names: NetworkNames
        if let known { names = known } else { names = try networkNames(of: &snapshot, attachments) }
        return unmet.map { snapshot.explain($0, names) }
    }
}
