public import LinuxSystem
import Netlink

/// One run over one container: observe, plan, and, if it is wanted, apply.
public struct Guard: ~Copyable {
    private var container: Container
    private let policy: Policy
    private let namesAreRandom: Bool
    private var guarded = Guarded()
    private var leaving: UInt32?
    private var doubtfulGateways: [DoubtfulGateway] = []
    /// Why the host could not be looked at; the namespace can be made safe all the same.
    public private(set) var hostFailure: KernelError?

    /// `namesAreRandom`: the container's engine deals names to its interfaces at random.
    public init(_ container: consuming Container, _ policy: Policy, namesAreRandom: Bool = false) {
        self.container = container
        self.policy = policy
        self.namesAreRandom = namesAreRandom
    }

    /// Looks and plans. Nothing is changed.
    ///
    /// `leaving` names an interface that is about to go; then nothing new is installed on the host.
    public mutating func plan(on host: inout Host, leaving name: String? = nil) throws(KernelError) -> Plan {
        var snapshot = try container.observe(from: host, forPlan: true)
        snapshot.namesAreRandom = namesAreRandom
        leaving = snapshot.links.first { $0.name == name }?.index
        hostFailure = nil
        let gateways = policy.defaultRoute.mode == .keep ? [] : snapshot.gatewaysThatMatter
        var entrances: [Entrance] = []
        if policy.invalid.mode != .keep || !gateways.isEmpty {
            do throws(KernelError) { entrances = try host.entrances(of: container, snapshot) } catch {
                if policy.invalid.mode != .keep { hostFailure = error }
            }
        }
        doubtfulGateways = try container.ask(gateways, from: snapshot.addresses, &host, entrances)
        snapshot.doubtfulGateways = doubtfulGateways
        var plan = Plan()
        let contests = snapshot.contests(policy.defaultRoute, leaving: leaving)
        plan.namespace = try snapshot.plan(policy, contests, leaving: leaving)
        plan.displaced = DisplacedDefaults(contests)
        plan.interfaces = snapshot.links.map { $0.name }
        if !plan.namespace.isEmpty { plan.notes = contests.flatMap { $0.notes } }
        // Then nothing is wanted of the host, or nothing could be seen of it.
        if policy.invalid.mode == .keep || hostFailure != nil { return plan }
        do throws(KernelError) {
            if let stranding = container.stranding { throw stranding.attempting("look after the host") }
            guarded = host.guarded(entrances, snapshot, leaving: leaving)
            if name != nil { (guarded.interfaces, guarded.versions, guarded.isCollecting) = ([], [], true) }
            let (changes, notes) = try host.observe(guarded, policy.invalid).planInvalid(policy.invalid, guarded)
            plan.host = changes
            plan.notes += notes
        } catch { hostFailure = error }
        return plan
    }

    /// Carries a plan out. What the kernel refuses because the namespace changed meanwhile is planned once more.
    public mutating func apply(_ plan: Plan, on host: inout Host) -> Report {
        var report = Report(notes: plan.notes)
        report.steps = container.apply(plan.namespace, from: host)
        if report.steps.contains(where: { $0.isOvertaken }), let again = planAgain(from: host) {
            report.steps = report.steps.filter { $0.isDone } + container.apply(again, from: host)
        }
        let onHost = host.apply(plan.host, guarded, policy.invalid)
        report.steps += onHost.steps
        for note in onHost.notes where !report.notes.contains(note) { report.notes.append(note) }
        return report
    }

    private mutating func planAgain(from host: borrowing Host) -> [Change]? {
        do throws(KernelError) {
            var snapshot = try container.observe(from: host, forPlan: true)
            snapshot.namesAreRandom = namesAreRandom
            snapshot.doubtfulGateways = doubtfulGateways
            return try snapshot.plan(policy, leaving: leaving)
        } catch { return nil }
    }
}

/// What came of a run.
public struct Report: Hashable, Sendable {
    public var steps: [Step] = []
    public var notes: [String] = []
    /// What could not even be looked at.
    public var errors: [KernelError] = []

    /// What was done, and what is to be known beside it, a line each.
    public var lines: [String] {
        steps.compactMap { step in
            if case .done(let change) = step { change.done } else { nil }
        } + notes
    }

    public var failures: [KernelError] {
        errors
            + steps.compactMap { step in
                if case .failed(_, let error) = step { error } else { nil }
            }
    }
}

extension Step {
    fileprivate var isDone: Bool {
        if case .done = self { true } else { false }
    }

    /// Refused because an interface went away between looking and changing.
    fileprivate var isOvertaken: Bool {
        guard case .failed(_, let error) = self else { return false }
        return [.noDevice, .networkDown].contains(error.errno)
    }
}
