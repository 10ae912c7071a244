public import Discovery
import Keel
import LinuxSystem

/// The observations, the findings from them, and what could not be observed.
public struct Diagnosis: Sendable {
    /// Something that could not be observed.
    public struct Missed: Hashable, Sendable {
        public let what: String
        public let reason: String
        /// What the user can do about it, if anything.
        public let advice: String?

        init(what: String, _ error: KernelError) {
            self.what = what
            reason = error.description
            advice = error.advice
        }

        init(what: String, reason: String, advice: String?) {
            self.what = what
            self.reason = reason
            self.advice = advice
        }
    }

    let policy: Policy
    public internal(set) var host = HostObservation()
    public internal(set) var observations: [ContainerObservation] = []
    /// Full or nearly full connection tracking tables of namespaces that belong to no container.
    var otherTables: [(namespace: ContainerNamespace, table: OwnTable)] = []
    public private(set) var missed: [Missed] = []
    private var missedNamespaces = 0
    private var hiddenContainers = 0
    /// Whether nothing of the host was missed.
    public private(set) var isHostComplete = true
    public private(set) var skipped: [SkippedNamespace] = []

    init(_ policy: Policy) { self.policy = policy }

    mutating func note(_ survey: Survey) {
        skipped = survey.skipped
        missed += survey.refusals.map { Missed(what: "a folder of network namespaces", $0) }
        missed += survey.hidden.map { Missed(what: printableTitle($0.container), $0.error) }
        hiddenContainers = survey.hidden.count
    }

    mutating func sortByName() {
        observations.sort { isNaturallyOrdered($0.container.title, $1.container.title) }
    }

    mutating func miss(_ namespace: ContainerNamespace, _ error: KernelError) {
        missed.append(Missed(what: namespace.title, error))
        missedNamespaces += 1
    }

    /// The least number of containers that were missed. A container's process and its namespace's mount may both be
    /// unreadable, and then nothing tells that the two are the same container.
    public var missedContainers: Int { max(missedNamespaces, hiddenContainers) }

    mutating func missHost(_ errors: [KernelError], what: String = "the host") {
        missed += errors.map { Missed(what: what, $0) }
        if !errors.isEmpty { isHostComplete = false }
    }

    private func printableTitle(_ container: ContainerIdentity) -> String {
        printable(container.name ?? container.shortID)
    }

    /// The host's findings, then each container's; the gravest first in each group.
    ///
    /// Each group is a pure function of the observations and the policy, in a file of its own.
    public func findings() -> [Finding] {
        let ofHost =
            host.reversePathFindings(observations) + host.forwardFindings(observations)
            + host.invalidFindings(observations, policy) + host.conntrackFindings(policy) + host.hookFindings()
            + host.engineTranslationFindings() + host.contestFindings() + host.pluginFindings()
            + host.policyFindings() + host.runtimeFindings()
        return gravestFirst(ofHost) + observations.flatMap { gravestFirst(findings(of: $0)) } + otherTableFindings
    }

    private var otherTableFindings: [Finding] {
        otherTables.flatMap { other in
            host.findings(of: other.table, at: .container(other.namespace), other.namespace.path, policy)
        }
    }

    private func findings(of observation: ContainerObservation) -> [Finding] {
        let policy = observation.policy(over: policy)
        let own =
            observation.defaultRouteFindings(policy) + observation.sourceAddressFindings(policy)
            + observation.reversePathFindings(policy) + observation.gatewayFindings(host)
            + observation.linkFindings(host) + observation.contestFindings(host)
            + host.findings(of: observation.ownTable, at: observation.place, observation.container.path, policy)
        // Evenkeel cannot lift a limit, so a limit must not suppress what Evenkeel would change.
        let all = own + observation.guardFindings(host, policy, besides: own) + observation.limitFindings()
        return policy.leavesAlone(observation.snapshot.mark) ? all.map { $0.leftAlone } : all
    }

    private func gravestFirst(_ findings: [Finding]) -> [Finding] {
        Finding.Severity.allCases.reversed().flatMap { severity in findings.filter { $0.severity == severity } }
    }
}
