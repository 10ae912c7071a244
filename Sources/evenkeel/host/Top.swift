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
            entries. On a terminal it redraws the list every few seconds until you press q or Ctrl-C. Then NEW/S is how many \
            entries a second are new since the list before, and a key changes the order: e by entries, r by that rate, n by \
            the containers' names. Where the terminal is narrow, names lose their middle, and a column is left out that tells \
            no rows apart.

            CONTAINER opened the connections; with "to" before its name it answers them, as at a published port. \
            "host" is the host itself and "-" the outside. Containers whose networks overlap may have the same \
            address: all of them are named.

            Memory use does not grow with the table. Up to \(ConntrackUsers.counters) groups are counted exactly. With \
            more groups, "<=" marks figures that may be too high, and the last line says by how much at most. \
            Connections that come and go during the count may be missed or counted twice. "newPerSecond" in JSON is null, since \
            the table is read once.

            \(Answer.help("host-top", TopReport.Verdict.self))

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
        do throws(Failure) {
            if isLive { ending = try watch() } else { try print() }
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
        ending.endProcess()
    }

    private func print() throws(Failure) {
        let report: TopReport
        do { report = try TopReading(by: by).report(limit) } catch {
            let failure = Failure(error)
            if json { TopReport.answer(failure: failure.description, by: by).writeAfterFailure() }
            throw failure
        }
        if json { return try report.answer.write() }
        let lines = report.lines(width: Terminal.columns ?? .max, hasColor: Terminal.hasColor)
        try write(lines.map { $0 + "\n" }.joined(), isPainted: true)
    }

    /// Draws until somebody ends it, and returns how it was ended.
    private func watch() throws(Failure) -> Screen.Event {
        do throws(KernelError) {
            // Before the screen is cleared, so that an error stays visible.
            var reading = try TopReading(by: by, isFirst: true)
            var order = ConntrackOrder.entries
            var due = Timestamp.monotonic + milliseconds
            let screen = try Screen()
            while true {
                let lines = reading.report(limit, by: order).lines(
                    rows: Terminal.size.rows, width: Terminal.screenColumns, hasColor: Terminal.hasColor, order: order)
                try screen.draw(lines)
                // A key that is pressed puts the next reading off no further.
                switch try screen.wait(milliseconds: max(due - Timestamp.monotonic, 0)) {
                case .timeout:
                    reading = try reading.next()
                    due = Timestamp.monotonic + milliseconds
                case .resized: continue
                case .key(let key): order = ConntrackOrder(key: key) ?? order
                case let event: return event
                }
            }
        } catch { throw Failure(error) }
    }

    private var milliseconds: Int { Int(interval * 1000) }
}

extension ConntrackOrder {
    /// By the first letter of its name.
    fileprivate init?(key: UInt8) {
        guard let order = Self.allCases.first(where: { $0.rawValue.utf8.first == key }) else { return nil }
        self = order
    }
}

extension ConntrackGrouping: ExpressibleByArgument {}
