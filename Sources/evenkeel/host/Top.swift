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
            When the table is full, the kernel drops every new connection. This command counts the table's entries by \
            container, by the address that opened the connections and by destination, and lists those with the most \
            entries. On a terminal it redraws the list every few seconds until you press q or Ctrl-C.

            CONTAINER opened the connections; with "to" before its name it answers them, as at a published port. \
            "host" is the host itself and "-" the outside. Containers whose networks overlap may have the same \
            address: all of them are named.

            Memory use does not grow with the table. Up to \(ConntrackUsers.counters) groups are counted exactly. With \
            more groups, "<=" marks figures that may be too high, and the last line says by how much at most. \
            Connections that come and go during the count may be missed or counted twice.

            EXAMPLES
              evenkeel host top
              evenkeel host top --once --by container
              evenkeel host top --by destination --limit 5 --interval 10
              evenkeel host top --json | jq -r '.users[0].owners[]'

            EXIT STATUS
              0   the table was read, also if it is empty or missing
              1   it could not be read; standard error says why, and what to do
              64  the command line is wrong
            """)

    @Flag(help: "Print the list once; the default if standard output is no terminal.")
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

    /// Draws until somebody ends it, and returns how it was ended.
    private func watch() throws(KernelError) -> Screen.Event {
        // Before the screen is cleared, so that an error stays visible.
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
