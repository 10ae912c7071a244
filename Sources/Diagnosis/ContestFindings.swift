import Discovery
import WatchClient

// Programs that keep undoing what the watcher does: it stops for a while, lest both go on for ever.

extension ContainerObservation {
    func contestFindings(_ host: HostObservation) -> [Finding] {
        (host.watcher?.contests ?? []).filter { isAbout($0) }.map { contest in
            let program = contest.program ?? "another program"
            return Finding(
                .contested, .warning, at: place, "\(program) keeps undoing what Evenkeel does",
                evidence: [
                    "undone again and again: \(contest.change)",
                    "for \(contest.sinceSeconds) s now; the watcher does nothing about it for \(contest.forSeconds) s",
                ],
                consequence:
                    "the container's network is as the other program leaves it; the watcher tries again after a minute, and after twice "
                    + "as long each time",
                remedy:
                    "(stop the other program, or have Evenkeel leave the container alone: evenkeel explain contested)")
        }
    }

    /// The watcher may know the namespace by another path, as through another process.
    func isAbout(_ contest: WatcherStatus.Contest) -> Bool {
        contest.namespace == container.path || container.containers.contains { $0.shortID == contest.container }
    }
}

extension HostObservation {
    func contestFindings() -> [Finding] {
        guard let watcher, watcher.host.isContested else { return [] }
        return [
            Finding(
                .contested, .warning, at: .host, "a program keeps taking the tables for INVALID segments away",
                evidence: watcher.host.restorations.map { "restored \($0.number) times after a change by \($0.name)" },
                consequence: "the watcher does not restore them for a minute, and then tries again",
                remedy: "(have the other program leave tables alone that are not its own: evenkeel explain contested)")
        ]
    }

    /// That the watcher leaves tables alone because a person took them away; empty if it does not.
    var declined: [String] {
        (watcher?.host.declined ?? []).map { family in
            "the watcher does not restore table \(family) evenkeel: somebody took it away by its name"
        }
    }
}
