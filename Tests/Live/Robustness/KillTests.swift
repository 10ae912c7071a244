import Laboratory
import Testing

/// The plugin killed just before a system call, for each that a run makes, as by the kernel when memory is short, or by a
/// runtime that has waited long enough. Never is there no default route, and the runtime's next call puts all right.
@Suite struct KillTests {
    /// Those that change something, and those around them.
    private static let changing = "^(sendto|write|setns|flock)$"

    @Test func anADDThatIsKilledAndDoneAgainLeavesWhatOneLeaves() throws {
        try expect("fresh ADD eth0", then: "plugin ADD eth0", killed: 100)
    }

    /// From states that engines do not leave: the other mode, and a route of several legs.
    @Test(arguments: ["ranked", "merged"]) func anADDThatFindsThingsOtherwise(preparation: String) throws {
        try expect("\(preparation) ADD eth0", then: "plugin ADD eth0", before: Self.changing, killed: 20)
    }

    @Test(arguments: [#""policy":{"defaultRoute":{"prefer":["eth1"]}}"#, #""prefer":true"#])
    func anADDThatMakesAnotherWin(member: String) throws {
        try expect(
            "guarded ADD eth1", with: member, then: "plugin ADD eth1", before: Self.changing, killed: 25)
    }

    @Test func anADDThatIsKilledAndDeletedLeavesNothing() throws {
        try expect(
            "fresh ADD eth0", then: "delete_all", look: "remains", before: Self.changing, killed: 25)
    }

    /// The winner's attachment, one on a bridge, and one whose other end stays with the host.
    @Test(arguments: ["eth0", "eth1", "eth2"]) func aDELThatIsKilledAndDoneAgain(interface: String) throws {
        try expect("guarded DEL \(interface)", then: "plugin DEL \(interface)", killed: 80)
    }

    @Test func aGCThatIsKilledAndDoneAgain() throws {
        try expect("littered GC eth0", then: "plugin GC eth0", before: Self.changing, killed: 5)
    }

    /// It changes nothing, so there is nothing to be done again.
    @Test func aCHECKThatIsKilledChangesNothing() throws {
        try expect("guarded CHECK eth0", then: ":", before: Self.changing, killed: 15)
    }

    private func expect(
        _ run: String, with member: String = "", then sequel: String, look: String = "state t",
        before calls: String = ".", killed least: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let lab = try Lab("Robustness/kill.sh")
        try lab.run("scene")
        let request = "request=$(request_with '\(member)')"
        let said = try lab.run("\(request); kill_everywhere \(run) '\(sequel)' '\(look)' '\(calls)'").split(
            separator: "\n")
        #expect(said.count == 1, "\(said.joined(separator: "\n"))", sourceLocation: sourceLocation)
        let killed = said.last?.split(separator: " ").first.flatMap { Int($0) } ?? 0
        #expect(killed >= least, "too few were tried", sourceLocation: sourceLocation)
    }
}
