import ArgumentParser
import LinuxSystem
import LinuxTools
import SystemCheck

/// `evenkeel check-system`: whether Evenkeel can work on this host.
struct CheckSystem: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-system",
        abstract: "Says whether Evenkeel can work on this host, before anything is installed.",
        discussion: """
            Looks at the kernel, at what this user may do, at systemd and control groups, at the engines and how each one's \
            containers would be covered, at CNI lists, at firewalls, and at what of Evenkeel is installed. A line for each: \
            a mark, what it is, what was found, and what follows from it.

            Changes nothing. No program is run: an engine's version is read from the database of packages (dpkg, apk, \
            pacman), or told by the running Docker, and else not known. No module is loaded. As root, rules and sysctls are \
            tried in a network namespace that is made for it and gone a moment later; rules that would load a module are \
            not tried, and judged by the list of modules instead.

            An ordinary user may run it, too. What that user cannot find out is marked with ?.

            MARKS
              ✓ ok        as it should be
              ! limited   it works in part, or takes a step of yours
              ✗ missing   not there
              ? unknown   this user could not find out
              Where the locale has no UTF-8 the words stand in place of the marks.

            EXAMPLES
              sudo evenkeel check-system
              evenkeel check-system --json | jq -r '.checks[] | select(.mark != "ok") | .what'

            JSON
              {"version": 1, "verdict": "ready" | "limited" | "unable",
               "checks": [{"part", "what", "mark": "ok" | "limited" | "missing" | "unknown",
                           "found", "consequence": text | null, "needed": true | false}],
               "error": null}
              PREFIX/share/evenkeel/schemas/check-system.schema.json describes every key.

            EXIT STATUS
              0   ready, or limited
              1   unable: something is missing that Evenkeel needs
              64  the command line is wrong
            """)

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let report = CheckReport(SystemCheck.carryOut())
        do throws(Failure) {
            if json {
                try report.answer.write()
            } else {
                try write(report.text(width: Terminal.columns, hasSymbols: Terminal.hasUnicode))
            }
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
        if report.verdict == .unable { throw ExitCode(1) }
    }
}
