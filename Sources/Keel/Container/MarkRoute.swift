public import LinuxSystem
package import Netlink

// A mark in the kernel: a blackhole default in a table that no rule looks up. Several may stand in one namespace: the containers
// of a pod share it, and each attachment leaves its own.

extension Mark {
    /// As an error's "cannot" continues.
    static var attempt: String { "leave the mark that later runs look for" }

    var route: Route {
        var route = Route(blackholeIn: Ours.markTable, metric: metric)
        route.protocol = Ours.routeProtocol
        return route
    }

    /// Nil for a route that is no mark.
    package init?(_ route: Route) {
        guard route.table == Ours.markTable, route.version == .v4, route.protocol == Ours.routeProtocol,
            route.isBlackhole
        else { return nil }
        self.init(metric: route.metric)
    }
}

extension NamespaceSnapshot {
    /// The marks of earlier runs, as far as the look saw them: `observe` sees all, a start those beside other networks.
    var marks: [Mark] {
        var marks: [Mark] = []
        // By index, without copies: copying a route is expensive.
        for place in routes.indices where routes[place].table == Ours.markTable {
            if let mark = Mark(routes[place]) { marks.append(mark) }
        }
        return marks
    }

    /// What the marks say together; nil if there are none.
    package var mark: Mark? {
        let marks = marks
        guard let first = marks.first else { return nil }
        return marks.dropFirst().reduce(first) { $0.combined(with: $1) }
    }

    /// The interfaces that the container chose in an earlier run, and those that their networks prefer.
    package var rememberedPreferences: (chosen: [InterfaceName], preferred: [InterfaceName]) {
        let names = { (table: UInt32) in
            routes.filter { $0.table == table }.flatMap { $0.nextHops }.compactMap { link($0.interface)?.name }.unique
        }
        return (names(Ours.chosenTable), names(Ours.preferredTable))
    }

    /// Whether a mark would stand in a table of its own. Without policy routing the kernel would put it into main, where it
    /// would cut the container off.
    var canHoldMarks: Bool {
        guard let rules else { return false }
        for place in rules.indices where rules[place].version == .v4 { return true }
        return false
    }
}

extension Container {
    /// Leaves a mark, and takes others away. One that is there already counts as left.
    package mutating func leave(_ mark: Mark, replacing others: [Mark] = []) throws(KernelError) {
        var refusal: KernelError?
        try socket.executeAll(1 + others.count) { place in
            place == 0 ? .add(mark.route) : .delete(others[place - 1].route)
        } refused: { _, error in
            if error.errno != .exists && error.errno != .noSuchProcess { refusal = error }
        }
        if let refusal { throw refusal.attempting(Mark.attempt) }
    }
}

extension Host {
    /// Leaves the mark of a container that is to be left alone, and does nothing else there. The host's own namespace, and one
    /// whose kernel has no policy routing, get none.
    ///
    /// - Throws: `EBUSY` for a caller that does not wait, while another run is at work there.
    public func markAsLeftAlone(
        _ namespace: consuming NetworkNamespace, _ patience: NamespaceLock.Patience = .waiting
    ) throws(KernelError) {
        guard !isOwn(namespace) else { return }
        var container = try Container(namespace, of: self, patience)
        let snapshot = NamespaceSnapshot(links: [], rules: try container.socket.rulesIfSupported())
        guard snapshot.canHoldMarks else { return }
        try container.leave(.skip)
    }
}

extension Policy {
    /// Lays what a container's mark says over the host's policy, without what the host locks.
    ///
    /// Whoever may administer the container's network can forge a mark. So it never has more done on the host than the host's
    /// own policy has: an `invalid.mode` other than the host's counts as `keep`, and `forward` is only ever switched off. Nor are gateways
    /// learnt that the host's policy does not have learnt: some lead past the host's firewall.
    package mutating func overlay(_ mark: Mark) {
        if let mode = mark.mode, !locks("mode", in: "defaultRoute") { defaultRoute.mode = mode }
        if let sourceRules = mark.sourceRules, !locks("sourceRules", in: "defaultRoute") {
            defaultRoute.sourceRules = sourceRules
        }
        if let learn = mark.learn, mark.isMoreCautious(than: defaultRoute.learn), !locks("learn", in: "defaultRoute") {
            defaultRoute.learn = learn
        }
        if let filter = mark.rpFilter, !locks("rpFilter", in: "") { rpFilter = filter }
        if let mode = mark.invalidMode, mode != invalid.mode, !locks("mode", in: "invalid") { invalid.mode = .keep }
        if mark.forward == false, !locks("forward", in: "invalid") { invalid.forward = false }
    }

    /// Whether a mark has a container left alone. It does not if the host locks that.
    package func leavesAlone(_ mark: Mark?) -> Bool {
        guard let mark, mark.isSkipped else { return false }
        return !locks("skip", in: "")
    }

    private func locks(_ key: String, in section: String) -> Bool {
        limits?.refusal(of: key, in: section, from: "a mark") != nil
    }
}
