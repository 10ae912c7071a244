import Netlink

// What a person should know of the default routes though nothing is done about it. The notes appear if something else is done, or
// if nothing could be.

extension DefaultRoutes {
    var notes: [String] {
        if case .unknownGateways(let gateways)? = selection.obstacle {
            var notes: [String] = []
            for gateway in gateways {
                notes.append(
                    "\(gateway) could not be asked whether it answers, so the default routes stay as they are for now")
            }
            return notes
        }
        guard selection.winner != nil, selection.obstacle == nil else { return [] }
        var notes = contradictions
        for other in selection.others {
            if let reason = reason(other, isRuled: ruledNetworks.contains(other.link.index)) {
                notes.append("\(other.text) \(reason)")
            }
        }
        return notes.unique
    }

    /// Who is not obeyed, since somebody with more say prefers another network.
    private var contradictions: [String] {
        guard let winner = selection.winner, let voice = preferences.voice(for: winner) else { return [] }
        return selection.others.compactMap { other in
            guard let overruled = preferences.voice(for: other), overruled != voice else { return nil }
            return
                "\(winner.link.name) is \(voice.rawValue), which goes before \(other.link.name), \(overruled.rawValue)"
        }
    }

    private func reason(_ other: Candidate, isRuled: Bool) -> String? {
        if !policy.sourceRules || snapshot.rules == nil { return nil }
        if !canHaveRules(other.link) {
            return "gets no rules: it or the winner is in a device group of somebody else's"
        }
        if !isRuled { return other.state == .answers ? nil : "gets no rules: its gateway does not answer" }
        if holdsPreferredSource(other.link) {
            return "gets no rule for its addresses: another default route sends from one of them"
        }
        if hasTooManySources(other.link) {
            return "gets no rules for its addresses: they are of more than \(Self.mostSources) prefixes"
        }
        return other.isInMain && !staysInMain(other) && other.level != selection.winner?.level
            && !selection.losers.contains(other)
            ? "stands by in main behind the winner" : nil
    }
}
