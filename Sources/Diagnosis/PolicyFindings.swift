import Keel

extension HostObservation {
    /// Faults in the host's policy documents. A command's `--policy` has none: it would have refused it.
    func policyFindings() -> [Finding] {
        if policyFaults.isEmpty { return [] }
        let broken = policyFaults.first { $0.key.isEmpty }
        let most = 8
        let rest = policyFaults.count - most
        return [
            Finding(
                .policyFault, broken == nil ? .warning : .error, at: .host,
                policyFaults.count == 1 ? "the policy has a fault" : "the policy has \(policyFaults.count) faults",
                evidence: policyFaults.prefix(most).map { $0.description } + (rest > 0 ? ["and \(rest) more"] : []),
                consequence: broken.map {
                    "containers are left as they are, unless another document or their network says otherwise: what "
                        + "\($0.place) asks for is not known"
                } ?? "these keys are left out, so what is built in holds; with onError \"fail\" no container starts",
                remedy: "evenkeel policy check")
        ]
    }
}
