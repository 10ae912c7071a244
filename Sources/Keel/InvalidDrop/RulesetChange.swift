import Firewall
import LinuxSystem
import Netlink

// How a change of the host's ruleset is compared, and what its refusal means.

extension Change {
    /// Without a generation, if it makes what must not exist yet: the kernel refuses that all the same, only later.
    var forAnyRuleset: Change {
        guard case .commit(let commands, .some) = action, commands.contains(where: { $0.isExclusive }),
            !commands.contains(where: { $0.isDestructive })
        else { return self }
        return Change(remedy, verb, self.object, .commit(commands, generation: nil))
    }

    /// Whether two changes that were planned for one ruleset are the same.
    func isSame(as other: Change) -> Bool {
        object == other.object && commandCount == other.commandCount
    }

    private var commandCount: Int { if case .commit(let commands, _) = action { commands.count } else { 0 } }

    enum Obstacle {
        /// The kernel lacks that match, at all or in that chain.
        case sockets
        case routes
        /// A chain or a set of our name in our table has another hook, priority or type.
        case form(IPVersion)
    }

    /// What the kernel refused the change for, if there is another way.
    func obstacle(at error: KernelError) -> Obstacle? {
        guard case .commit(let commands, _) = action, let index = error.batchIndex, index < commands.count else {
            return nil
        }
        if let version = commands[index].formOfExisting,
            [.exists, .notSupported, .invalid, .busy].contains(error.errno)
        {
            return .form(version)
        }
        guard case .addRule(let rule) = commands[index], [.noEntry, .notSupported, .invalid].contains(error.errno)
        else {
            return nil
        }
        for expression in rule.expressions {
            if case .hasBoundSocket = expression { return .sockets }
            if case .isRoutedBack = expression, rule.chain.hook == .forward { return .routes }
        }
        return nil
    }
}

extension Command {
    fileprivate var isExclusive: Bool { if case .addChain(_, exclusive: true) = self { true } else { false } }

    /// The family, if the command leaves a chain or a set as it is that exists in the same form.
    fileprivate var formOfExisting: IPVersion? {
        switch self {
        case .addChain(let chain, exclusive: false): chain.table.version
        case .addSet(let set): set.table.version
        case .addSegments(let set): set.table.version
        default: nil
        }
    }

    fileprivate var isDestructive: Bool {
        switch self {
        case .deleteTable, .flushChain, .deleteElements: true
        default: false
        }
    }
}
