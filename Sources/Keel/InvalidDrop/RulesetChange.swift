import Firewall
import LinuxSystem

// What a change of the host's ruleset is, and what its refusal means.

extension Change {
    /// The same without a generation, if it makes what must not be there yet: that is refused all the same, if later.
    var forAnyRuleset: Change {
        guard case .commit(let commands, .some) = action, commands.contains(where: { $0.isExclusive }),
            !commands.contains(where: { $0.isDestructive })
        else { return self }
        return Change(remedy, verb, object, .commit(commands, generation: nil))
    }

    /// Whether two changes that were thought out for one ruleset are the same.
    func isSame(as other: Change) -> Bool {
        object == other.object && commandCount == other.commandCount
    }

    private var commandCount: Int { if case .commit(let commands, _) = action { commands.count } else { 0 } }

    enum Match {
        case sockets
        case routes
    }

    /// What the kernel cannot match, or not in that chain, where it says so of a rule and there is another way.
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
