import Foundation
import Laboratory
import Testing

/// Each system call of a program fails once, and once the program is killed just before it. faults.sh tells what must hold
/// then, and tries all errors for all calls with `--all`.
///
/// One after the other, since faults.sh runs as many scenarios at once as there are processors.
@Suite(.serialized) struct FaultTests {
    /// Nearly all container starts go by these.
    @Test func whatEveryContainerMeets() throws {
        try expectNoHarm(["add", "check", "del-eth0", "hook"], least: 80)
    }

    /// The plugin from states that engines do not leave, for what administrators wish, and where the runtime gives up.
    @Test func thePluginWhereverItChangesSomething() throws {
        try expectNoHarm(
            [
                "add-one", "add-ranked", "add-to-ranked", "add-to-merged", "add-prefer", "add-preferred",
                "add-deleted", "del-eth1", "del-eth2", "gc",
            ], every: 8, least: 15)
    }

    @Test func theOtherProgramsWhereverTheyChangeSomething() throws {
        try expectNoHarm(
            ["hook-refusing", "hook-poststop", "runtime", "runtime-refusing", "apply", "host-apply", "host-remove"],
            every: 8, least: 15)
    }

    @Test func installingUpgradingAndUninstalling() throws {
        try expectNoHarm(["install", "upgrade", "uninstall"], every: 8, least: 7)
    }

    /// `least`: the faults that are tried in each scenario.
    private func expectNoHarm(
        _ scenarios: [String], every: Int = 1, least: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let script = Shell.packageFolder + "/Tests/Live/Robustness/faults.sh"
        let output = try Shell.run(
            [script, "--every", "\(every)"] + scenarios, environment: ["EVENKEEL_PROGRAMS": Shell.programs])
        #expect(output.out == "" && output.status == 0, "\(output.out)\(output.err)", sourceLocation: sourceLocation)
        for scenario in scenarios {
            let line = output.err.split(separator: "\n").first { $0.hasPrefix("\(scenario): ") }
            let faults = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            #expect(faults >= least, "too few in \(scenario)", sourceLocation: sourceLocation)
        }
    }
}
