import Netlink

/// What a plan for the host must know, beside our own rules, before it decides about missing or broken chains.
struct HostQuestions {
    /// The families of which to find out whether packets are translated or tracked.
    var tracking: [IPVersion] = []
    /// Whether to find out if the kernel matches sockets, and if IPVS forwards here.
    var asksForSocketsAndServices = false
    var areAny = false
}

extension HostSnapshot {
    /// No questions if our rules are complete, as in nearly every run.
    func questions(_ scope: HostScope, _ policy: Policy.Invalid) -> HostQuestions {
        var questions = HostQuestions()
        guard scope.isHost || !isComplete(scope, policy) else { return questions }
        questions.areAny = true
        questions.asksForSocketsAndServices = policy.mode == .input
        if scope.isHost || (loose != 0 && policy.place == .translated) {
            questions.tracking = IPVersion.allCases.filter {
                scope.isHost || !isSettled($0, scope, policy) && !scope.holds($0)
            }
        }
        return questions
    }
}
