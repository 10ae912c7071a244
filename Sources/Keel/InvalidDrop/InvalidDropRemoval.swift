import Firewall
import LinuxSystem
import Netlink

// Removes parts of the third remedy: elements of the set that no container is behind, tables that the policy no longer wants, or
// all of it.

extension HostSnapshot {
    /// Removes every table of ours.
    package func planRemoval(because reason: String) -> [Change] {
        IPVersion.allCases.filter { ruleset($0).state != .absent }
            .map { removal(of: InvalidDrop(version: $0), because: reason) }
    }

    func removal(of drop: InvalidDrop, because reason: String) -> Change {
        Change(.invalid, .remove, drop.text(reason), .commit([.deleteTable(drop.table)], generation: nil))
    }

    func planGone(_ drop: InvalidDrop) -> [Change] {
        let elements = (ruleset(drop.version).containers ?? []).filter { gone.contains($0) }
        return elements.map { name in
            let object =
                "\(name) from set \(drop.version.nftFamily) evenkeel containers (nothing is behind it any more)"
            return Change(
                .invalid, .remove, object, .commit([.deleteElements(drop.containers, [name])], generation: nil))
        }
    }
}
