public import LinuxSystem
import Netlink

/// One run over one container: observe, plan and, if it is wanted, apply. The caller opens the host before.
public struct ContainerRun {
    let occasion: Occasion
    private(set) var policy: Policy
    private let namesAreRandom: Bool
    private let needsAddresses: Bool
    private let learner: Learner?

    /// `namesAreRandom`: the container's engine names its interfaces at random. `needsAddresses`: whoever amends the plan wants to
    /// see them.
    public init(_ occasion: Occasion, _ policy: Policy, namesAreRandom: Bool = false, needsAddresses: Bool = false) {
        self.init(occasion, policy, namesAreRandom: namesAreRandom, needsAddresses: needsAddresses, learner: nil)
    }

    /// A run that asks what the engine knows of gateways.
    package init(
        _ occasion: Occasion, _ policy: Policy, namesAreRandom: Bool, needsAddresses: Bool, learner: Learner?
    ) {
        self.occasion = occasion
        self.policy = policy
        if case .demand(let wish) = occasion { self.policy.defaultRoute.take(wish) }
        self.namesAreRandom = namesAreRandom
        self.needsAddresses = needsAddresses
        self.learner = learner
    }

    /// What a run planned, and what became of the plan: nil if it was not wanted.
    public struct Outcome: Sendable {
        public let plan: Plan
        public let report: Report?
        /// Whether the container was left alone, as its mark says. Then nothing was planned.
        public var isLeftAlone = false
        /// What it saw before.
        package let snapshot: NamespaceSnapshot
        /// Where its interfaces enter the host, if that was of interest.
        package let attachments: [HostAttachment]
    }

    /// Observes, plans, and carries out the plan if `isWanted` returns true. `warn` receives what a person should know first.
    ///
    /// - Throws: `EBUSY` on the occasion of a change, while another run is at work there.
    public func carryOut(
        in namespace: consuming NetworkNamespace, on host: inout Host, warn: Warn = { _, _ in },
        if isWanted: (Plan) -> Bool
    ) throws(KernelError) -> Outcome {
        if occasion.isStart, let warning = host.conntrackWarning(policy.conntrack) {
            warn(warning, .finding(.conntrackNearFull))
        }
        let container = try Container(namespace, of: host, occasion.isWaiting ? .waiting : .notWaiting)
        return try carryOut(in: container, on: &host, warn: warn, amending: { _, _ in [] }, if: isWanted)
    }

    /// The same in a container that is open. `amend` receives what was seen and, on the occasion of a change, the address of the
    /// run's socket. It may change what was seen as the changes that it returns will, which are carried out before the others.
    package func carryOut(
        in container: consuming Container, on host: inout Host, warn: Warn,
        amending amend: (inout NamespaceSnapshot, UInt32) -> [Change], if isWanted: (Plan) -> Bool
    ) throws(KernelError) -> Outcome {
        var container = container
        var run = self
        var look = try Look(
            &container, from: host, readingMarks: occasion.obeysMarks, withAddresses: needsAddresses)
        let amendments = amend(&look.snapshot, occasion.isWaiting ? 0 : container.socket.port)
        guard var plan = try run.planAsMarked(&look, &container, &host) else { return outcome(nil, nil, look) }
        if !amendments.isEmpty { plan.namespace = amendments + plan.namespace }
        guard isWanted(plan) else {
            if occasion.isStart { leaveMark(after: look, in: &container, warn) }
            return outcome(plan, nil, look)
        }
        try container.expectTime()
        return outcome(plan, run.apply(plan, look, &container, &host, warn: warn), look)
    }

    private func outcome(_ plan: Plan?, _ report: Report?, _ look: borrowing Look) -> Outcome {
        Outcome(
            plan: plan ?? Plan(), report: report, isLeftAlone: plan == nil, snapshot: look.snapshot,
            attachments: look.attachments)
    }

    /// Plans by what the marks say as well as by the policy. Nil if the container is to be left alone.
    @inline(never)
    private mutating func planAsMarked(
        _ look: inout Look, _ container: inout Container, _ host: inout Host
    ) throws(KernelError) -> Plan? {
        look.snapshot.namesAreRandom = namesAreRandom
        if case .detachment(let text) = occasion, let name = InterfaceName(text: text) {
            look.leaving = look.snapshot.links.first { $0.name == name }?.index
        }
        var notes: [String] = []
        if occasion.obeysMarks, let mark = look.snapshot.mark {
            if policy.leavesAlone(mark) {
                if !occasion.isDemand { return nil }
                notes.append(Self.namedAfterSkip)
            }
            policy.overlay(mark)
            if mark.isWish { policy.defaultRoute.recall { RememberedWish.read(of: container) } }
        }
        try lookAtTheHost(&look, &container, &host)
        let unmet = try container.nameNetworks(in: &policy.defaultRoute, &look.snapshot, look.attachments)
        var plan = try plan(&look, &host, stranding: container.stranding)
        plan.notes += notes
        plan.unmetWishes = unmet
        plan.isWishUnmet = !unmet.isEmpty && unmet.count == policy.defaultRoute.prefer.count
        return plan
    }

    private static let namedAfterSkip =
        "it was started with evenkeel.skip; because it is named, it is no longer left alone"

    /// What a run has observed.
    struct Look {
        var snapshot: NamespaceSnapshot
        var leaving: UInt32?
        var attachments: [HostAttachment] = []
        /// Why the host could not be observed.
        var hostFailure: KernelError?
        var scope = HostScope.leftovers(leaving: [])

        init(
            _ container: inout Container, from host: borrowing Host, readingMarks: Bool, withAddresses: Bool
        ) throws(KernelError) {
            snapshot = try container.observeForPlan(
                from: host, readingMarks: readingMarks, withAddresses: withAddresses)
        }
    }

    private func lookAtTheHost(
        _ look: inout Look, _ container: inout Container, _ host: inout Host
    ) throws(KernelError) {
        var gateways = policy.defaultRoute.mode == .keep ? [] : look.snapshot.gatewaysThatMatter
        if policy.invalid.mode != .keep || !gateways.isEmpty || learner != nil {
            do throws(KernelError) { look.attachments = try host.attachments(of: container, look.snapshot) } catch {
                if policy.invalid.mode != .keep { look.hostFailure = error }
            }
        }
        if let learner, policy.defaultRoute.mode != .keep {
            look.snapshot.learnings = learner(
                look.snapshot, look.attachments, policy.defaultRoute, &container, &host)
            look.snapshot.addLearnt(to: &gateways)
        }
        look.snapshot.doubtfulGateways = try container.ask(
            gateways, from: look.snapshot.addresses, &host, look.attachments, occasion.patience)
    }

    private func plan(
        _ look: inout Look, _ host: inout Host, stranding: KernelError?
    ) throws(KernelError) -> Plan {
        var plan = Plan()
        let selections = look.snapshot.selections(policy.defaultRoute, leaving: look.leaving)
        plan.namespace = try look.snapshot.plan(policy, selections, leaving: look.leaving)
        // Only those who wait for the run read these.
        if occasion.isWaiting {
            plan.displaced = DisplacedDefaults(selections)
            plan.interfaces = look.snapshot.links.map { $0.name }
        }
        if !plan.namespace.isEmpty { plan.notes = selections.flatMap { $0.notes } }
        plan.hostFailure = look.hostFailure
        // The policy wants nothing on the host, or the host could not be observed.
        if policy.invalid.mode == .keep || look.hostFailure != nil || !occasion.isWaiting { return plan }
        do throws(KernelError) {
            if let stranding { throw stranding.attempting("look after the host") }
            look.scope = scope(look)
            let (changes, notes) = try HostReconciliation(look.scope, policy.invalid).plan(on: &host)
            plan.host = changes
            plan.notes += notes
        } catch { plan.hostFailure = error }
        return plan
    }

    /// Where the container's packets enter the host, and in which families they may be translated.
    private func scope(_ look: borrowing Look) -> HostScope {
        if case .detachment = occasion {
            return .leftovers(
                leaving: look.attachments.filter { $0.interface.index == look.leaving }.map { $0.end.index })
        }
        var interfaces: [InterfaceName] = []
        for attachment in look.attachments { _ = interfaces.appendIfNew(attachment.name) }
        return .container(
            interfaces: interfaces, versions: IPVersion.allCases.filter { look.snapshot.hasDefaultRoute($0) })
    }

    /// Carries a plan out. If the kernel refuses a change because the namespace changed meanwhile, plans once more.
    private func apply(
        _ plan: Plan, _ look: borrowing Look, _ container: inout Container, _ host: inout Host, warn: Warn
    ) -> Report {
        var report = Report(notes: plan.notes)
        var done = container.apply(plan.namespace, leaving: newMark(after: look), from: host)
        report.steps = done.steps
        if done.steps.contains(where: { $0.isOvertaken }), let again = planAgain(look, &container, host) {
            // The mark went with what was refused, perhaps. One that is there already counts as left.
            done = container.apply(again, leaving: newMark(after: look), from: host)
            report.steps = report.steps.filter { $0.isDone } + done.steps
        }
        if let refusal = done.markRefusal { warn(refusal.description, .other) }
        if occasion.isDemand { replaceMarks(look, &container, warn) }
        rememberWish(in: container, warn)
        if plan.host.isEmpty { return report }
        let onHost = HostReconciliation(look.scope, policy.invalid).apply(plan.host, on: &host)
        report.steps += onHost.steps
        for note in onHost.notes where !report.notes.contains(note) { report.notes.append(note) }
        return report
    }

    private func planAgain(
        _ look: borrowing Look, _ container: inout Container, _ host: borrowing Host
    ) -> [Change]? {
        do throws(KernelError) {
            var snapshot = try container.observeForPlan(from: host)
            snapshot.namesAreRandom = namesAreRandom
            snapshot.doubtfulGateways = look.snapshot.doubtfulGateways
            snapshot.learnings = look.snapshot.learnings
            return try snapshot.plan(policy, leaving: look.leaving)
        } catch { return nil }
    }
}

extension Step {
    fileprivate var isDone: Bool {
        if case .done = self { true } else { false }
    }

    /// Refused because an interface went away between looking and changing, or of an outcome that was lost.
    fileprivate var isOvertaken: Bool {
        guard case .failed(_, let error) = self else { return false }
        return [.noDevice, .networkDown, .noBuffers].contains(error.errno)
    }
}
