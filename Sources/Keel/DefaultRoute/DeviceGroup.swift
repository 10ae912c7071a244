import LinuxSystem
import Netlink

// The device group by which rule 2 tells a network's default from a foreign one. It belongs to an interface, so both families have
// a say.

extension NamespaceSnapshot {
    /// Puts the networks' interfaces into our group, as far as they are in none, and out of it again where no family has rules:
    /// what is added, and what goes.
    func planGroup(_ families: [DefaultRoutes]) -> (additions: [Change], removals: [Change]) {
        let wanted = families.flatMap { $0.groupedNetworks }
        // Rules that stay behind a foreign default need their group, and so do those that come back with main's default.
        let isKept = families.contains { family in
            family.selection.obstacle != nil || (family.selection.winner == nil && !family.selection.isOfOneNetwork)
        }
        var additions: [Change] = []
        var removals: [Change] = []
        // In place: an interface is dear to copy.
        for place in links.indices {
            let isWanted = wanted.contains(links[place].index)
            if links[place].group == 0 && isWanted { additions.append(change(links[place], to: Ours.group)) }
            if links[place].group == Ours.group && !isWanted && !isKept { removals.append(change(links[place], to: 0)) }
        }
        return (additions, removals)
    }

    private func change(_ link: Link, to group: UInt32) -> Change {
        Change(
            .defaultRoute, .set, "device group of \(link.name) to \(group)",
            .setGroup(link, group))
    }
}
