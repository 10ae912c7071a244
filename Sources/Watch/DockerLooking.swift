import DockerEngine
import JSON
import Keel
import LinuxSystem
import Netlink

// What is learnt from Docker: the gateways of networks to which it gave no default route, by the rule of `LearningRule`, and its
// networks, which are written down for other programs.

extension Watcher {
    /// Attends to Docker's socket.
    func attendDocker(_ now: UInt64) {
        for news in docker?.attend(at: now) ?? [] {
            switch news {
            case .networks:
                writeNetworks()
                markUnmatched(now) { $0.lacksNetworks }
            case .containers: markUnmatched(now) { $0.isOfDocker }
            case .container(let id):
                markUnmatched(now) { $0.dockerState == .matched(id) || $0.dockerState == .unmatched }
            case .lost(let error):
                report("Docker is not listened to: \(error.description); what was learnt stays", event: "note", .notice)
            }
        }
    }

    private func markUnmatched(_ now: UInt64, _ isMeant: (Watched) -> Bool) {
        for entry in namespaces.values where entry.state == .kept && isMeant(entry) {
            entry.budget.begin()
            markDirty(entry, now)
        }
    }

    /// The host's rules or filters changed, by which gateways may be learnt.
    func noteHostChange(_ now: UInt64) {
        if docker?.knowledge == nil { return }
        markUnmatched(now) { $0.dockerState != .alone }
    }

    /// What a look may learn; nil for a container that is not Docker's.
    func learner(of entry: Watched) -> ContainerRun.Learner? {
        guard entry.isOfDocker, docker != nil else { return nil }
        return { snapshot, attachments, policy, container, host in
            self.learn(entry, snapshot, attachments, policy, &container, &host)
        }
    }

    private func learn(
        _ entry: Watched, _ snapshot: NamespaceSnapshot, _ attachments: [HostAttachment],
        _ policy: Policy.DefaultRoute, _ container: inout Container, _ host: inout Host
    ) -> [Learning] {
        entry.learnt = snapshot.learntGateways.map { LearntGateway($0.address, on: $0.interface, source: "") }
        guard let knowledge = docker?.knowledge else { return [] }
        // Most containers have one network.
        guard snapshot.links.count > 2 || !entry.learnt.isEmpty else {
            entry.dockerState = .alone
            return []
        }
        entry.dockerState = .unmatched
        do throws(KernelError) {
            guard let known = try knowledge.lesson(snapshot, attachments, policy, &container, &host) else { return [] }
            entry.dockerState = .matched(known.container.id)
            note(known.lesson, entry)
            askAgain(entry, known.lesson.learnings.flatMap { $0.gateways }, &container)
            return known.lesson.learnings
        } catch {
            report(failure: error, in: entry)
            return []
        }
    }

    private func note(_ lesson: Lesson, _ entry: Watched) {
        entry.lacksNetworks = lesson.refusals.contains { $0.reason == .unknownNetwork }
        let notes = lesson.refusals.filter { $0.reason == .hostRule }.map { $0.text }
        if notes != entry.learningNotes { for note in notes { report(entry, note, event: "note") } }
        entry.learningNotes = notes
        entry.learnt += lesson.learnings.flatMap { $0.gateways }
    }

    /// A gateway that is silent now may answer later: after 1, 2, 4 … 64 seconds. So does one of IPv6 that was asked for while the
    /// interface's own link-local address was tentative.
    func lookAgainIfSilent(_ entry: Watched, _ snapshot: NamespaceSnapshot, _ now: UInt64) {
        let isSilent = snapshot.doubtfulGateways.contains { doubtful in
            doubtful.state == .silent
                && entry.learnt.contains { $0.address == doubtful.address && $0.interface == doubtful.interface }
        }
        guard isSilent else {
            (entry.silence, entry.askDue) = (0, 0)
            return
        }
        if entry.askDue <= now {
            entry.silence = min(max(2 * entry.silence, Clock.second), 64 * Clock.second)
            entry.askDue = now + entry.silence
        }
        wake(entry, at: entry.askDue)
    }

    /// Has the kernel ask again for gateways that were silent: it does not by itself.
    private func askAgain(_ entry: Watched, _ gateways: [LearntGateway], _ container: inout Container) {
        guard entry.silence > 0, entry.askDue <= Clock.now, entry.askedAt == nil else { return }
        do throws(KernelError) {
            try container.socket.executeAll(gateways.count) {
                .useNeighbour(gateways[$0].address, on: gateways[$0].interface)
            } refused: { _, _ in
            }
        } catch {}
    }

    private func writeNetworks() {
        guard !options.isDry, let knowledge = docker?.knowledge else { return }
        let text = knowledge.document.text() + "\n"
        if text == writtenNetworks { return }
        do throws(KernelError) {
            try FileDescriptor.replace(RunDirectory.networksFile, with: text)
            writtenNetworks = text
        } catch { report(failure: error) }
    }
}
