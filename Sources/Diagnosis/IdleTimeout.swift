public import Keel

/// A timeout of established TCP connections that is shorter than idle connections may count on: RFC 5382, requirement 5, has a
/// translator wait for 2 hours and 4 minutes, since TCP asks whether the other end is there after two hours.
public struct IdleTimeout: Hashable, Sendable {
    /// In seconds.
    public static let least = 7440

    /// In force, in seconds; nil where it is long enough, or not known.
    public let present: Int?
    /// What the policy asks for; nil where that is long enough, or nothing.
    public let wanted: Int?

    /// Nil where neither is too short.
    public init?(_ policy: Policy.Conntrack, present: Int?) {
        self.present = present.flatMap { $0 < Self.least ? $0 : nil }
        wanted = policy.tcpEstablishedTimeout.flatMap { $0 < Self.least ? $0 : nil }
        if self.present == nil && wanted == nil { return nil }
    }

    /// In seconds.
    private var seconds: Int { present ?? wanted ?? Self.least }

    /// What comes of it.
    public var consequence: String {
        "a connection of a published port, or of a container to elsewhere, that says nothing for \(seconds) s is forgotten: what "
            + "the container sends then is not translated, and the peer answers with a reset or not at all"
    }

    /// What helps, in one line.
    public var advice: String {
        "keepalive more often than that on one side (TCP's own begins after 7200 s), or conntrack.tcpEstablishedTimeout "
            + "\(Self.least) or more"
    }

    /// What holds, a line each.
    public var evidence: [String] {
        let inForce = present.map { "nf_conntrack_tcp_timeout_established is \($0) s; the kernel's own is 432000 s" }
        let asked = wanted.map { "the policy's conntrack.tcpEstablishedTimeout is \($0) s" }
        return [inForce, asked].compactMap { $0 }
            + ["RFC 5382 asks for no less than 2 h 4 min, \(Self.least) s, for idle connections"]
    }

    /// For who has just set it.
    public var note: String {
        "a timeout of \(seconds) s for established TCP is shorter than the 2 h 4 min (\(Self.least) s) of RFC 5382: "
            + "\(consequence); what helps: \(advice)"
    }
}

extension HostObservation {
    func idleTimeoutFindings(_ policy: Policy) -> [Finding] {
        guard let table = state.conntrack,
            let short = IdleTimeout(policy.conntrack, present: table.tcpEstablishedTimeout)
        else { return [] }
        return [
            Finding(
                .conntrackTimeoutShort, .information, at: .host, "idle TCP connections are forgotten early",
                evidence: short.evidence, consequence: short.consequence, remedy: "(\(short.advice))")
        ]
    }
}
