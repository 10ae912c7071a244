public import ArgumentParser
import ConntrackUsage
import Keel
import LinuxSystem
import LinuxTools

/// `evenkeel host top`: who holds most entries of the connection tracking table.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows who holds most of the connection tracking table.",
        discussion: """
            When the table is full, the kernel drops every new connection. This counts the table's entries and lists the \
            container, the address that opened the connections and their destination that hold most of them. On a \
            terminal the list is drawn anew every few seconds until q or Ctrl-C is pressed.

            CONTAINER is the one that opened the connections, or behind "to" the one that answers them, as behind a \
            published port; "host" is the host itself and "-" the outside. Containers whose networks overlap may have \
            the same address: all of them are named.

            The table is counted as the kernel hands it over, in the same memory however long it is. Up to \
            \(ConntrackUsers.counters) groups are counted exactly; where there are more, figures that may be too high \
            have "<=" before them, and the last line says by how much at most. Connections that come and go meanwhile \
            may be missing or be counted twice.

            EXAMPLES
              evenkeel host top
              evenkeel host top --once --by container
              evenkeel host top --by destination --limit 5 --interval 10
              evenkeel host top --json | jq -r '.users[0].owners[]'

            EXIT STATUS
              0   the table was looked at, also where it is empty or there is none
              1   it could not be looked at; why, and what to do, is on standard error
              64  the command line is wrong
            """)

    @Flag(help: "Print the list once. So it is where standard output is no terminal.")
    var once = false

    @Option(help: ArgumentHelp("How long each list is shown.", valueName: "seconds"))
    var interval = 2.0

    @Option(help: ArgumentHelp("How many rows to show.", valueName: "rows"))
    var limit = 20

    @Option(help: "What to count by; flow is container, address and destination.")
    var by = ConntrackGrouping.flow

    @Flag(help: "Print one JSON object instead of text, once.")
    var json = false

    func validate() throws {
        guard (0.1...86400).contains(interval) else {
            throw ValidationError("--interval takes seconds, from 0.1 to 86400")
        }
        guard (1...ConntrackUsers.counters).contains(limit) else {
            throw ValidationError("--limit takes a number from 1 to \(ConntrackUsers.counters)")
        }
    }

    func run() throws {
        let isLive = !once && !json && Terminal.isStandardOutput && Terminal.movesCursor
        var ending = Screen.Event.quit
        do throws(KernelError) {
            if isLive { ending = try watch() } else { try print() }
        } catch {
            let reason = printable(error.description) + (error.advice.map { "; \($0)" } ?? "")
            say(reason)
            if json {
                do throws(Failure) {
                    try write(TopReport.json(failure: reason, by: by).text(pretty: true) + "\n")
                } catch {}
            }
            throw ExitCode(1)
        }
        ending.endProcess()
    }

    private func print() throws(KernelError) {
        let report = try TopReport(by: by, limit: limit)
        let width = Terminal.isStandardOutput ? Terminal.size.columns : Int.max
        let text =
            json
            ? report.json.text(pretty: true) + "\n"
            : report.lines(width: width, hasColor: Terminal.hasColor).map { $0 + "\n" }.joined()
        try FileDescriptor.writeStandardOutput(text)
    }

    /// Until somebody ends it; how.
    private func watch() throws(KernelError) -> Screen.Event {
        // What cannot be read at all is said on the person's own screen.
        var report = try TopReport(by: by, limit: limit)
        let screen = try Screen()
        while true {
            let size = Terminal.size
            try screen.draw(report.lines(rows: size.rows, width: size.columns - 1, hasColor: Terminal.hasColor))
            switch try screen.wait(milliseconds: Int(interval * 1000)) {
            case .timeout: report = try TopReport(by: by, limit: limit)
            case .resized: continue
            case let event: return event
            }
        }
    }
}

extension ConntrackGrouping: ExpressibleByArgument {}
