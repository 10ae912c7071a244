import Firewall
import LinuxSystem

// How a change of the host's ruleset is compared, and what its refusal means.

extension Change {
    /// Without a generation, if it makes what must not exist yet: the kernel refuses that all the same, only later.
    var forAnyRuleset: Change {
        guard case .commit(let commands, .some) = action, commands.contains(where: { $0.isExclusive }),
            !commands.contains(where: { $0.isDestructive })
        else { return self }
        return Change(remedy, verb, object, .commit(commands, generation: nil))
    }

    /// Whether two changes that were planned for one ruleset are the same.
    func isSame(as other: Change) -> Bool {
        object == other.object && commandCount == other.commandCount
    }

    private var commandCount: Int { if case .commit(let commands, _) = action { commands.count } else { 0 } }

    enum Match {
        case sockets
        case routes
    }

    /// The match that the kernel lacks, at all or in that chain, if it refused a rule for it and there is another way.
    func unknown(at error: KernelError) -> Match? {
        guard case .commit(let commands, _) = action, let index = error.batchIndex, index < commands.count,
            case .addRule(let rule) = commands[index], [.noEntry, .notSupported, .invalid].contains(error.errno)
        else { return nil }
        for expression in rule.expressions {
            if case .hasBoundSocket = expression { return .sockets }
            if case .isRoutedBack = expression, rule.chain.hook == .forward { return .routes }
        }
        return nil
    }
}

extension Command {
    fileprivate var isExclusive: Bool { if case .addChain(_, exclusive: true) = self { true } else { false } }

    fileprivate var isDestructive: Bool {
        switch self {
        case .deleteTable, .flushChain, .deleteElements: true
        default: false
        }
    }
}
