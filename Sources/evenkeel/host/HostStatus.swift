import ArgumentParser
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host status`
struct HostStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says whether the host is as the policy says, with the kernel's evidence.",
        discussion: """
            Shows Evenkeel's tables, chains and rules with their counters, who else drops INVALID packets, and the \
            connection tracking table: how full it is, its size, its timeouts, its dropped packets, and who will \
            overwrite its settings. Changes nothing.

            An ordinary user sees the connection tracking table, but not the ruleset: only root may read it.

            \(Answer.help("host-status", HostReport.Verdict.self))

            EXAMPLES
              evenkeel host status
              evenkeel host status --json | jq .conntrack
              evenkeel host status >/dev/null || evenkeel host apply

            EXIT STATUS
              0   the host is as the policy says, and the table is below its "warnAt"
              1   it is not
              2   something could not be read, or the answer not be written; the rest is printed
              64  the command line is wrong
            """)

    @OptionGroup var options: HostOptions

    func run() throws {
        let report: HostReport
        do throws(Failure) { report = try Self.look(policy: options.policy) } catch {
            say(error.description)
            if options.json { HostReport.answer(failure: error.description).writeAfterFailure() }
            throw ExitCode(2)
        }
        do { try options.json ? report.answer.write() : write(report.text) } catch {
            say(error.description)
            throw ExitCode(2)
        }
        for error in report.errors { say(error) }
        if report.verdict != .asPolicy { throw ExitCode(report.verdict == .differs ? 1 : 2) }
    }

    static func look(policy path: String?) throws(Failure) -> HostReport {
        let documents = try HostPolicy.named(path, isOnlyLooking: true)
        for line in documents.warnings { say(line) }
        let policy = documents.policy
        var run = try HostRun.open(policy)
        let state = run.observe()
        let plan = run.plan(state)
        return HostReport(
            policy: policy, state: state, plan: plan, evidence: run.evidence(state), failures: run.failures)
    }
}
