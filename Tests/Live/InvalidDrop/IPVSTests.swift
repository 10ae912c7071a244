import Laboratory
import Testing

@testable import Keel

/// IPVS in a kernel that has it: whether a drop of INVALID in input would cut its connections, and whether its table says so.
@Suite(.guestKernel) struct IPVSTests {
    /// How ipvsadm calls the way to the server, and net.ipv4.vs.conntrack, which kube-proxy sets to 1.
    @Test(arguments: [("-g", 0, true), ("-g", 1, true), ("-m", 0, true), ("-m", 1, false)])
    func itsTableSaysWhetherTheDropWouldCutConnections(forwarding: String, tracks: Int, cuts: Bool) throws {
        let lab = try Lab("InvalidDrop/firewalls.sh")
        // Its memory and its sockets are files, too.
        let said = try lab.run(
            """
            lay
            HOME=/run TMPDIR=/run linux.uml mem=192M root=/dev/root rootfstype=hostfs rootflags=/ ro \
                init="$libraries/InvalidDrop/ipvs.sh" con=null con0=fd:0,fd:1 quiet \
                forwarding=\(forwarding) tracks=\(tracks) patience=\(cuts ? 5 : 60)
            """)
        // A terminal's lines end with a carriage return.
        let lines = said.split(whereSeparator: \.isNewline).map(String.init)
        #expect(lines.contains("2 whole, \(cuts ? 0 : 2) with the drop"), "\(said)")
        let table = lines.filter { $0.hasPrefix("table: ") }.map { $0.dropFirst(7) }.joined(separator: "\n")
        #expect(forwardsWithIPVS(table: table, tracksConnections: tracks == 1) == cuts, "\(table)")
    }
}
