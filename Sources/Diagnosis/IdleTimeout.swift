public import Keel

/// A timeout of established TCP connections that is too short for idle ones. RFC 5382, requirement 5, has a translator wait for
/// 2 hours and 4 minutes, because TCP's own keepalive begins after two hours.
public struct IdleTimeout: Hashable, Sendable {
    /// The least timeout that RFC 5382 allows, in seconds.
    public static let least = 7440

    /// The value in force, in seconds; nil if it is long enough or unknown.
    public let present: Int?
    /// The policy's value, in seconds; nil if it is long enough or not given.
    public let wanted: Int?

    /// Nil if neither value is too short.
    public init?(_ policy: Policy.Conntrack, present: Int?) {
        self.present = present.flatMap { $0 < Self.least ? $0 : nil }
        wanted = policy.tcpEstablishedTimeout.flatMap { $0 < Self.least ? $0 : nil }
        if self.present == nil && wanted == nil { return nil }
    }

    /// The short timeout, in seconds.
    private var seconds: Int { present ?? wanted ?? Self.least }

    /// The symptom, in one line.
    public var consequence: String {
        "a connection to a published port, or from a container to elsewhere, is forgotten after \(seconds) s of silence: what "
            + "the container sends then is not translated, and the peer answers with a reset or not at all"
    }

    /// What helps, in one line.
    public var advice: String {
        "send keepalives more often than that (TCP's own begin after 7200 s), or set conntrack.tcpEstablishedTimeout to "
            + "\(Self.least) or more"
    }

    /// The values and the RFC's, a line each.
    public var evidence: [String] {
        let inForce = present.map { "nf_conntrack_tcp_timeout_established is \($0) s; the kernel's own is 432000 s" }
        let asked = wanted.map { "the policy's conntrack.tcpEstablishedTimeout is \($0) s" }
        return [inForce, asked].compactMap { $0 }
            + ["RFC 5382 asks for no less than 2 h 4 min, \(Self.least) s, for idle connections"]
    }

    /// All in one line, for a user who has just set the timeout.
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
