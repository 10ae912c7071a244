import Netlink

/// What a plan for the host has to know beside our own rules before it decides about chains that are missing or broken.
struct HostQuestions {
    /// Whether packets of these families are translated or tracked.
    var tracking: [IPVersion] = []
    /// Whether the kernel matches sockets, and whether IPVS forwards here.
    var asksForSocketsAndServices = false
    var areAny = false
}

extension HostSnapshot {
    /// None where our rules are complete, as in nearly every run.
    func questions(_ scope: HostScope, _ policy: Policy.Invalid) -> HostQuestions {
        var questions = HostQuestions()
        guard scope.isHost || !isComplete(scope, policy) else { return questions }
        questions.areAny = true
        questions.asksForSocketsAndServices = policy.mode == .input
        if scope.isHost || (loose != 0 && policy.place == .translated) {
            questions.tracking = IPVersion.allCases.filter { scope.isHost || !isSettled($0, scope, policy) }
        }
        return questions
    }
}
