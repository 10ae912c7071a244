import Netlink

// What a plan must know of a namespace beside its interfaces and rules. Nothing more is observed.

/// The routes that a plan needs.
struct RoutesForPlan {
    /// Whether to leave out defaults that lead nowhere (blackhole, unreachable, prohibit): with one network they decide nothing.
    let onlyUnicast: Bool
    private let withMarks: Bool
    private let links: [Link]
    private let rules: [PolicyRule]

    /// `withMarks`: what earlier runs left of the container's wishes is needed, too.
    init(_ snapshot: NamespaceSnapshot, withMarks: Bool) {
        onlyUnicast = !snapshot.hasSeveralInterfaces && !withMarks
        self.withMarks = withMarks
        links = snapshot.links
        rules = snapshot.rules ?? []
    }

    /// The IPv4 tables whose default routes matter: main, ours, and those that somebody's rules look up by source.
    var tables: [UInt32] {
        let ours = [Ours.chosenTable, Ours.preferredTable] + links.map { Ours.table(of: $0.index) }
        let looked = rules.filter { $0.version == .v4 && $0.source != nil }.map { $0.table }
        let marks = withMarks ? [Ours.markTable] : []
        return ([Route.mainTable] + ours + looked + marks).unique
    }
}

extension NamespaceSnapshot {
    /// Whether the plan needs the addresses: if networks compete, or somebody routes by source.
    var planNeedsAddresses: Bool {
        IPVersion.allCases.contains { version in
            routes.reduce(0) { $1.version == version && $1.table != Ours.markTable ? $0 + $1.nextHops.count : $0 } > 1
        } || (rules ?? []).contains { $0.source != nil }
    }
}
