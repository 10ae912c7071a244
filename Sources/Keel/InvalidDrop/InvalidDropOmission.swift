import Netlink

// What the third remedy leaves out, and why.

extension HostSnapshot {
    /// Why the remedy, or its part in input, would do harm here; nil if it would not.
    public func omission(_ policy: Policy.Invalid) -> String? {
        guard policy.mode == .drop || policy.mode == .input else { return nil }
        if loose == 0 {
            return
                "INVALID segments are not looked after while nf_conntrack_tcp_loose is 0: then every connection of "
                + "the host's own that conntrack lost sight of is INVALID, and its peer needs the RST"
        }
        guard policy.mode == .input && forwardsWithIPVS else { return nil }
        return
            "INVALID segments are not dropped in input: IPVS forwards here in a way of which connection tracking sees only "
            + "half (direct routing, tunnels, net.ipv4.vs.conntrack=0)"
    }

    /// The note that there is no table at all because nothing needs one; nil if something does.
    func idleness(_ policy: Policy.Invalid) -> String? {
        guard IPVersion.allCases.allSatisfy({ !isWanted($0, policy) }) else { return nil }
        return
            "nothing on this host translates addresses or tracks connections, so no INVALID segment is answered with RST, and "
            + "there are no rules for them: they would switch tracking on (\"where\": \"always\" in the policy's \"invalid\" makes "
            + "them all the same)"
    }
}
