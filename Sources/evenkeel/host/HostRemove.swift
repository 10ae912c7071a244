import ArgumentParser
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host remove`
struct HostRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Undoes what was done to the host.",
        discussion: """
            Removes Evenkeel's nftables tables, restores sysctls whose former values are known, and removes the files \
            of `evenkeel host apply --persist`. It leaves a sysctl that somebody else has set since, and a limit that \
            the connection tracking table has outgrown, and names both.

            The next container that starts installs its part of the rules again, unless the policy says otherwise or \
            Evenkeel is uninstalled. The watcher, if one runs, leaves the tables alone until `evenkeel host apply` or the \
            next boot: \(RunDirectory.pausedFile) tells it.

            \(Answer.help("host-remove", ChangeVerdict.self))

            EXIT STATUS
              0   done, or with --dry-run could be done
              1   something was refused; standard error says what
              64  the command line is wrong
            """)

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done; change nothing.")
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
        outcome.pauseWatcher(dryRun: dryRun)
        if dryRun {
            outcome.lines = plan.changes.map { ChangeLine($0) }
        } else {
            let report = run.remove(plan)
            outcome.lines = report.steps.map { ChangeLine($0) }
            outcome.errors += report.errors.map { Failure($0).description }
        }
        outcome.removeFiles(dryRun: dryRun)
    }
}
