import LinuxSystem
import Netlink

// Rule 2 tells a network's default from a foreign one by this device group. A group belongs to an interface, so both families
// decide.

extension NamespaceSnapshot {
    /// Puts the networks' interfaces into our group unless they are in another, and out of it again if no family has rules.
    /// Returns additions and removals.
    func planGroup(_ families: [DefaultRoutes]) -> (additions: [Change], removals: [Change]) {
        let wanted = families.flatMap { $0.groupedNetworks }
        // Rules that stay behind a foreign default need the group, and so do those that return with main's default.
        let isKept = families.contains { family in
            family.selection.obstacle != nil || (family.selection.winner == nil && !family.selection.isOfOneNetwork)
        }
        var additions: [Change] = []
        var removals: [Change] = []
        // By index, without copies: copying an interface is expensive.
        for place in links.indices {
            let isWanted = wanted.contains(links[place].index)
            if links[place].group == 0 && isWanted { additions.append(change(links[place], to: Ours.group)) }
            if links[place].group == Ours.group && !isWanted && !isKept { removals.append(change(links[place], to: 0)) }
        }
        return (additions, removals)
    }

    private func change(_ link: Link, to group: UInt32) -> Change {
        let name = link.name
        return Change(.defaultRoute, .set, "device group of \(name) to \(group)", .setGroup(link, group))
    }
}
