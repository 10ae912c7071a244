public import Discovery
import Keel
import LinuxSystem

/// What was seen, what is wrong with it, and what could not be looked at.
public struct Diagnosis: Sendable {
    /// Something that could not be looked at.
    public struct Missed: Hashable, Sendable {
        public let what: String
        public let reason: String
        /// What helps; nil where there is nothing to say.
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
    /// Connection tracking tables without room, of namespaces that are no container's.
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

    mutating func miss(_ namespace: ContainerNamespace, _ error: KernelError) {
        missed.append(Missed(what: namespace.title, error))
        missedNamespaces += 1
    }

    /// How many containers were missed, at least: one may be known by its process and by its namespace's mount, and who may
    /// look at neither cannot tell that it is the same.
    public var missedContainers: Int { max(missedNamespaces, hiddenContainers) }

    mutating func missHost(_ errors: [KernelError], what: String = "the host") {
        missed += errors.map { Missed(what: what, $0) }
        if !errors.isEmpty { isHostComplete = false }
    }

    private func printableTitle(_ container: ContainerIdentity) -> String {
        printable(container.name ?? container.shortID)
    }

    /// Those of the host first, then container by container, the gravest first in each.
    ///
    /// A group of findings is a function of what was seen and the policy, in a file of its own.
    public func findings() -> [Finding] {
        let ofHost =
            host.reversePathFindings(observations) + host.forwardFindings(observations)
            + host.invalidFindings(observations, policy) + host.conntrackFindings(policy) + host.hookFindings()
            + host.engineTranslationFindings()
        return gravestFirst(ofHost) + observations.flatMap { gravestFirst(findings(of: $0)) } + otherTableFindings
    }

    private var otherTableFindings: [Finding] {
        otherTables.flatMap { other in
            host.findings(of: other.table, at: .container(other.namespace), other.namespace.path, policy)
        }
    }

    private func findings(of observation: ContainerObservation) -> [Finding] {
        let own =
            observation.defaultRouteFindings(policy) + observation.sourceAddressFindings(policy)
            + observation.reversePathFindings(policy) + observation.gatewayFindings(host)
            + observation.linkFindings(host)
            + host.findings(of: observation.ownTable, at: observation.place, observation.container.path, policy)
        // A limit is nothing that Evenkeel would change, and hides nothing that it would.
        return own + observation.guardFindings(host, policy, besides: own) + observation.limitFindings()
    }

    private func gravestFirst(_ findings: [Finding]) -> [Finding] {
        Finding.Severity.allCases.reversed().flatMap { severity in findings.filter { $0.severity == severity } }
    }
}
