import ArgumentParser
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host remove`
struct HostRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes back what was done to the host.",
        discussion: """
            Removes the nftables tables of Evenkeel, gives sysctls back what they were before, as far as that is known, and \
            removes the files of `evenkeel host apply --persist`. A sysctl that somebody else has set since stays, and so does \
            a limit that the connection tracking table has outgrown; both are said.

            The next container that starts installs its part of the rules again, unless the policy says otherwise or \
            Evenkeel is uninstalled.

            EXIT STATUS
              0   done, or with --dry-run could be
              1   something was refused; what was, is on standard error
              64  the command line is wrong
            """)

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        var outcome = HostOutcome()
        do throws(Failure) { try work(&outcome) } catch { outcome.errors.append(error.description) }
        try outcome.report(asJSON: json, dryRun: dryRun)
    }

    private func work(_ outcome: inout HostOutcome) throws(Failure) {
        var run: HostRun
        do { run = HostRun(try Host(), Policy()) } catch { throw Failure(error) }
        let plan = run.planRemoval(run.observe())
        outcome.errors += run.failures.map { Failure($0).description }
        outcome.notes = plan.notes
        if dryRun {
            outcome.lines = plan.changes.map { ChangeLine($0) }
        } else {
            let report = run.remove(plan)
            outcome.lines = report.steps.map { ChangeLine($0) }
            outcome.errors += report.errors.map { Failure($0).description }
        }
        outcome.removeFiles(PersistentSettings.present(), dryRun: dryRun)
    }
}
