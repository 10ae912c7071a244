import ArgumentParser
import Diagnosis
import Keel
import LinuxSystem
import LinuxTools

/// `evenkeel status`: the host's containers, a line each.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists the host's containers, their networks, and by which of them they leave.",
        discussion: """
            A line for each container with a network namespace of its own: its name and engine, its networks, by which one \
            it leaves in IPv4 and IPv6, and its state. Above them the host in a line, and the watcher. Changes nothing.

            kept         it is as the policy says
            skipped      it asked to be left alone
            not guarded  it was not set up, or is no longer as it would be; `evenkeel doctor` says why
            contested    another program keeps undoing what the watcher does

            A way out of several networks means that the kernel alternates between them, or chooses by flow. "none" is an \
            address without a default route, "-" no address of that family.

            \(Answer.help("status", StatusReport.Verdict.self))

            EXAMPLES
              sudo evenkeel status
              sudo evenkeel status --watch
              sudo evenkeel status --json | jq -r '.containers[] | select(.state != "kept") | .title'

            EXIT STATUS
              0   the list was printed
              1   something could not be read; standard error says what, and the rest is printed
              64  the command line is wrong
            """)

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @Flag(help: "Redraw the list every two seconds until you press q or Ctrl-C.")
    var watch = false

    @Option(
        help: ArgumentHelp("The policy document to use instead of \(policyPath).", valueName: "file"),
        completion: .file())
    var policy: String?

    func validate() throws {
        if json && watch { throw ValidationError("--watch is for a terminal; leave out --json") }
    }

    func run() throws {
        do throws(Failure) {
            if watch {
                guard Terminal.isStandardOutput else {
                    throw Failure("--watch draws on a terminal, and standard output is none; leave it out")
                }
                guard Terminal.movesCursor else {
                    throw Failure("--watch moves the cursor, which this terminal cannot, as TERM says; leave it out")
                }
                try redraw().endProcess()
                return
            }
            if try print() { return }
        } catch {
            say(error.description)
            if json { StatusReport.answer(failure: error.description).writeAfterFailure() }
        }
        throw ExitCode(1)
    }

    /// Whether all could be read.
    private func print() throws(Failure) -> Bool {
        let report = try look()
        if json {
            try report.answer.write()
        } else {
            try write(report.lines(width: Terminal.columns).map { $0 + "\n" }.joined())
        }
        for problem in report.problems { say(problem) }
        if let failure = report.failure { say(failure) }
        return report.failure == nil
    }

    private func look() throws(Failure) -> StatusReport {
        let policy = try HostPolicy.named(policy, isOnlyLooking: true)
        do throws(KernelError) {
            var examination = try Examination(policy, from: self.policy)
            return StatusReport(examination.overview(try .all()))
        } catch { throw Failure(error) }
    }

    /// Draws until somebody ends it, and returns how it was ended.
    private func redraw() throws(Failure) -> Screen.Event {
        // Before the screen is cleared, so that an error stays visible.
        var report = try look()
        let screen: Screen
        do throws(KernelError) { screen = try Screen() } catch { throw Failure(error) }
        while true {
            let event: Screen.Event
            do throws(KernelError) {
                try screen.draw(lines(report))
                event = try screen.wait(milliseconds: 2000)
            } catch { throw Failure(error) }
            switch event {
            case .timeout: report = try look()
            case .resized, .key: continue
            default: return event
            }
        }
    }

    private func lines(_ report: StatusReport) -> [String] {
        let width = Terminal.screenColumns
        return report.lines(width: width) + (report.failure.map { [""] + wrapped($0, columns: width) } ?? [])
    }
}
