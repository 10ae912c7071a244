import Foundation
import Laboratory
import Testing

/// `evenkeel host top` on a terminal, which script(1) makes and writes down.
@Suite struct TopScreenTests {
    private static let entered = "\u{1b}[?1049h"
    private static let left = "\u{1b}[?25h\u{1b}[?1049l"

    /// What the terminal got, and how the program ended. `script` runs beside, once the screen has been drawn twice.
    private func show(_ script: String, _ options: String = "", term: String = "xterm", _ settings: String = "") throws
        -> Output
    {
        let lab = try Lab()
        return try lab.attempt(
            """
            conntrack -I -s 203.0.113.9 -d 203.0.113.8 -p udp --sport 1 --dport 53 -t 600 >/dev/null 2>&1
            mkfifo /run/keys; : >/run/typescript
            top="env TERM=\(term) \(settings) $programs/evenkeel host top --interval 0.1 \(options)"
            script -qefc "stty >/run/before; $top; status=\\$?; stty >/run/after; exit \\$status" \
                /run/typescript </run/keys >/dev/null &
            exec 9>/run/keys
            drawn() { grep -aoF $'\\e[H' /run/typescript | wc -l; }
            top() { ps -C evenkeel -o pid= | tr -d ' '; }
            \(script)
            status=0
            wait $! || status=$?
            cmp /run/before /run/after
            cat /run/typescript
            exit $status
            """)
    }

    private static let drawnTwice = "until (($(drawn) >= 2)); do sleep 0.01; done"

    @Test func theScreenIsDrawnAgainAndGivenBackAtQ() throws {
        let shown = try show("\(Self.drawnTwice); printf x >&9; printf q >&9")
        #expect(shown.status == 0, "\(shown.err)")
        #expect(shown.out.contains(Self.entered) && shown.out.contains(Self.left))
        #expect(shown.out.contains("203.0.113.8 udp/53") && shown.out.contains("\u{1b}[1mconntrack: 1 of "))
        #expect(!shown.out.contains("qx") && !shown.out.contains("x\u{1b}"), "keys are not shown")
    }

    /// The exit status as a shell has it.
    @Test(arguments: ["INT": 0, "TERM": 143, "HUP": 129, "QUIT": 131]) func signalsGiveTheScreenBack(
        signal: String, status: Int32
    ) throws {
        let shown = try show("\(Self.drawnTwice); kill -\(signal) $(top)")
        #expect(shown.status == status, "\(shown.err)")
        #expect(shown.out.contains(Self.left))
    }

    @Test func theKeyForInterruptsEndsIt() throws {
        let shown = try show("\(Self.drawnTwice); printf '\\003' >&9")
        #expect(shown.status == 0 && shown.out.contains(Self.left))
    }

    /// What came since the picture before has a rate, and a key another order.
    @Test func aKeyChangesTheOrder() throws {
        let shown = try show(
            """
            \(Self.drawnTwice)
            for key in 'r:r RATE' 'n:n NAME' 'e:e ENTRIES'; do
                printf %s ${key%%:*} >&9
                until tail -c 400 /run/typescript | grep -aqF "${key#*:}"; do sleep 0.01; done
            done
            for port in {2..40}; do
                conntrack -I -s 203.0.113.9 -d 203.0.113.7 -p udp --sport $port --dport 53 -t 600 >/dev/null 2>&1
            done
            until grep -aqE ' full, [1-9][0-9.]* new a second' /run/typescript; do sleep 0.01; done
            printf q >&9
            """)
        #expect(shown.status == 0, "\(shown.err)")
        #expect(shown.out.contains("NEW/S") && shown.out.contains("sort: e ENTRIES  r rate  n name   quit: q"))
        #expect(shown.out.contains("203.0.113.7 udp/53"))
    }

    @Test func whileStoppedTheScreenIsThePersonsOwn() throws {
        let shown = try show(
            """
            \(Self.drawnTwice); kill -TSTP $(top)
            until grep -q '^State:.T' /proc/$(top)/status; do sleep 0.01; done
            seen=$(drawn); grep -aqF $'\\e[?1049l' /run/typescript
            kill -CONT $(top)
            until (($(drawn) > seen)); do sleep 0.01; done
            printf q >&9
            """)
        #expect(shown.status == 0, "\(shown.err)")
        #expect(shown.out.components(separatedBy: Self.entered).count == 3)
    }

    @Test func whereNothingMovesTheCursorTheListIsPrintedOnce() throws {
        for (options, term) in [("--once", "xterm"), ("", "dumb")] {
            let shown = try show("", options, term: term)
            #expect(shown.status == 0 && !shown.out.contains(Self.entered))
            #expect(shown.out.components(separatedBy: "ENTRIES").count == 2)
        }
    }

    @Test func colourIsLeftOutWhereItIsNotWanted() throws {
        let shown = try show("", "--once", "NO_COLOR=1")
        #expect(shown.out.contains("conntrack: 1 of ") && !shown.out.contains("\u{1b}["))
        #expect(try show("", "--once", "NO_COLOR=").out.contains("\u{1b}[1m"))
    }
}
