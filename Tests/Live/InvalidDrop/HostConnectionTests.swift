import Laboratory
import Testing

/// Connections of the host's own that connection tracking knows nothing of: the rules against INVALID segments must
/// neither cut them nor keep them from ending.
@Suite struct HostConnectionTests {
    /// How a connection came to be unknown when its next packet arrives.
    enum History: CaseIterable {
        case flushedBeforeTheRules
        case flushedAfterTheRules
        /// Opened before anything on the host switched tracking on.
        case neverTracked

        var opening: String {
            self == .neverTracked ? "nft list table inet nat >/run/nat; nft delete table inet nat" : ""
        }

        func rules(_ mode: String) -> String {
            let add = "cni ADD c eth0 '{\"invalid\":{\"mode\":\"\(mode)\"}}'"
            return switch self {
            case .flushedBeforeTheRules: "conntrack -F; \(add)"
            case .flushedAfterTheRules: "\(add); conntrack -F"
            case .neverTracked: "nft -f /run/nat; \(add)"
            }
        }
    }

    /// Five connections whose far end sends data, is answered, probes an idle one, closes, and resets.
    private func lab(_ family: Int, _ history: History, _ mode: String = "drop") throws -> Lab {
        let lab = try Lab("InvalidDrop/invalid.sh", "InvalidDrop/connections.sh")
        try lab.run("stage; \(history.opening)")
        try lab.run(
            """
            connect hears \(family) 91; connect asks \(family) 92; connect idles \(family) 93 ,keepalive,keepidle=1,keepintvl=1
            connect ends \(family) 94; connect breaks \(family) 95 ,linger=0
            """)
        let isKnown = try lab.run("entries \(family) 91") != ""
        #expect(isKnown == (history != .neverTracked))
        try lab.run(history.rules(mode))
        // The idle one may have been probed already.
        #expect(try lab.run("for port in 91 92 94 95; do entries \(family) $port; done") == "")
        return lab
    }

    @Test(arguments: [(4, "drop"), (6, "drop"), (4, "input"), (6, "input")], History.allCases)
    func theyGoOnAndEnd(variant: (family: Int, mode: String), history: History) throws {
        let (family, mode) = variant
        let lab = try lab(family, history, mode)
        try lab.run("send hears far host news; send hears host far thanks")
        try lab.run("send asks host far question; send asks far host answer")
        try lab.run("hang_up ends far; await gone 94")
        try lab.run("hang_up breaks far; await gone 95")
        // What is seen of this one first is the far end's probe.
        try lab.run("await eval 'entries \(family) 93 | grep .'")
        try lab.run("send idles far host news; send idles host far thanks")
        #expect(try lab.run("for port in 91 92 93; do socket $port; done") == "ESTAB\nESTAB\nESTAB")
        let table = family == 4 ? "ip" : "ip6"
        if mode == "drop" {
            #expect(try lab.run("hits \(table) output") == "0")
        } else {
            #expect(
                try lab.run("hits \(table) input") == "2 0",
                "the end and the reset were let in as INVALID, and nothing was dropped")
        }
        // And once more for one that has gone on since.
        try lab.run("hang_up hears far; await gone 91")
    }

    /// The control: in mode "input" the drop alone keeps a connection from ending for as long as its socket lives.
    @Test(arguments: [4, 6])
    func withoutTheFirstRuleTheyStayHalfOpen(family: Int) throws {
        let lab = try lab(family, .flushedAfterTheRules, "input")
        let table = family == 4 ? "ip" : "ip6"
        try lab.run("nft delete rule \(table) evenkeel input handle $(handle \(table) input 'let the host')")
        // The end is sent again and again, the reset only once.
        try lab.run("hang_up breaks far; await eval '[[ $(hits \(table) input) -ge 1 ]]'")
        try lab.run("hang_up ends far; await eval '[[ $(hits \(table) input) -ge 4 ]]'")
        #expect(try lab.run("socket 94; socket 95") == "ESTAB\nESTAB")
        // What goes on is none the worse for it.
        try lab.run("send hears far host news; send hears host far thanks")
    }
}
