public import LinuxSystem
import Netlink

/// One run over one container: observe, plan and, if it is wanted, apply. The caller opens the host before.
public struct ContainerRun: Sendable {
    /// The reason for the run.
    public enum Occasion: Hashable, Sendable {
        /// The container starts: the run also warns if the connection tracking table is filling up.
        case start
        case review
        /// The named interface is about to go: the run installs nothing new on the host.
        case detachment(of: String)
        /// Something changed in it: the run waits for nobody, and leaves the host alone.
        case change(GatewayPatience)
    }

    private let occasion: Occasion
    private let policy: Policy
    private let namesAreRandom: Bool
    private let needsAddresses: Bool

    /// `namesAreRandom`: the container's engine names its interfaces at random. `needsAddresses`: whoever amends the plan wants to
    /// see them.
    public init(_ occasion: Occasion, _ policy: Policy, namesAreRandom: Bool = false, needsAddresses: Bool = false) {
        self.occasion = occasion
        self.policy = policy
        self.namesAreRandom = namesAreRandom
        self.needsAddresses = needsAddresses
    }

    /// What a run planned, and what became of the plan: nil if it was not wanted.
    public struct Outcome: Sendable {
        public let plan: Plan
        public let report: Report?
        /// What it saw before.
        package let snapshot: NamespaceSnapshot
        /// Where its interfaces enter the host, if that was of interest.
        package let attachments: [HostAttachment]
    }

    /// Observes, plans, and carries out the plan if `isWanted` returns true. `warn` receives what a person should know first.
    ///
    /// - Throws: `EBUSY` on the occasion of a change, while another run is at work there.
    public func carryOut(
        in namespace: consuming NetworkNamespace, on host: inout Host, warn: (String) -> Void = { _ in },
        if isWanted: (Plan) -> Bool
    ) throws(KernelError) -> Outcome {
        if occasion == .start, let warning = host.conntrackWarning(policy.conntrack) { warn(warning) }
        let container = try Container(namespace, of: host, isWaiting ? .waiting : .notWaiting)
        return try carryOut(in: container, on: &host, amending: { _, _ in [] }, if: isWanted)
    }

    /// The same in a container that is open. `amend` receives what was seen and the address of the run's socket. It may change
    /// what was seen as the changes that it returns will, which are carried out before the others.
    package func carryOut(
        in container: consuming Container, on host: inout Host,
        amending amend: (inout NamespaceSnapshot, UInt32) -> [Change], if isWanted: (Plan) -> Bool
    ) throws(KernelError) -> Outcome {
        var container = container
        var look = try Look(&container, from: host, withAddresses: needsAddresses)
        look.snapshot.namesAreRandom = namesAreRandom
        if case .detachment(let text) = occasion, let name = InterfaceName(text: text) {
            look.leaving = look.snapshot.links.first { $0.name == name }?.index
        }
        let amendments = amend(&look.snapshot, container.socket.port)
        try lookAtTheHost(&look, &container, &host)
        var plan = try plan(&look, &host, stranding: container.stranding)
        plan.namespace = amendments + plan.namespace
        guard isWanted(plan) else { return outcome(plan, nil, look) }
        try container.expectTime()
        return outcome(plan, apply(plan, look, &container, &host), look)
    }

    private func outcome(_ plan: Plan, _ report: Report?, _ look: borrowing Look) -> Outcome {
        Outcome(plan: plan, report: report, snapshot: look.snapshot, attachments: look.attachments)
    }

    private var isWaiting: Bool { if case .change = occasion { false } else { true } }

    private var patience: GatewayPatience { if case .change(let patience) = occasion { patience } else { .waiting } }

    /// What a run has observed.
    private struct Look {
        var snapshot: NamespaceSnapshot
        var leaving: UInt32?
        var attachments: [HostAttachment] = []
        /// Why the host could not be observed.
        var hostFailure: KernelError?
        var scope = HostScope.leftovers(leaving: [])

        init(
            _ container: inout Container, from host: borrowing Host, withAddresses: Bool
        ) throws(KernelError) {
            snapshot = try container.observeForPlan(from: host, withAddresses: withAddresses)
        }
    }

    private func lookAtTheHost(
        _ look: inout Look, _ container: inout Container, _ host: inout Host
    ) throws(KernelError) {
        let gateways = policy.defaultRoute.mode == .keep ? [] : look.snapshot.gatewaysThatMatter
        if policy.invalid.mode != .keep || !gateways.isEmpty {
            do throws(KernelError) { look.attachments = try host.attachments(of: container, look.snapshot) } catch {
                if policy.invalid.mode != .keep { look.hostFailure = error }
            }
        }
        look.snapshot.doubtfulGateways = try container.ask(
            gateways, from: look.snapshot.addresses, &host, look.attachments, patience)
    }

    private func plan(
        _ look: inout Look, _ host: inout Host, stranding: KernelError?
    ) throws(KernelError) -> Plan {
        var plan = Plan()
        let selections = look.snapshot.selections(policy.defaultRoute, leaving: look.leaving)
        plan.namespace = try look.snapshot.plan(policy, selections, leaving: look.leaving)
        plan.displaced = DisplacedDefaults(selections)
        plan.interfaces = look.snapshot.links.map { $0.name }
        if !plan.namespace.isEmpty { plan.notes = selections.flatMap { $0.notes } }
        plan.hostFailure = look.hostFailure
        // The policy wants nothing on the host, or the host could not be observed.
        if policy.invalid.mode == .keep || look.hostFailure != nil || !isWaiting { return plan }
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
        _ plan: Plan, _ look: borrowing Look, _ container: inout Container, _ host: inout Host
    ) -> Report {
        var report = Report(notes: plan.notes)
        report.steps = container.apply(plan.namespace, from: host)
        if report.steps.contains(where: { $0.isOvertaken }), let again = planAgain(look, &container, host) {
            report.steps = report.steps.filter { $0.isDone } + container.apply(again, from: host)
        }
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
