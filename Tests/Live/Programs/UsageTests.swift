import Testing

/// Exit statuses of sysexits.h: 64 for a wrong command line, 78 for a configuration that only a person can mend.
@Suite struct UsageTests {
    @Test(arguments: ["evenkeel --twice", "evenkeel apply", "evenkeel-watch --twice", "evenkeel-node twice"])
    func aWrongCommandLineIsOneStatus(command: String) throws {
        let output = try Lab().attempt("\"$programs\"/\(command)")
        #expect(output.status == 64, "\(output.err)")
    }

    @Test func theHookAtATerminalIsWrongUsage() throws {
        let output = try Lab().attempt("script -qec '\"$programs/evenkeel-hook\"' /dev/null </dev/null")
        #expect(output.status == 64 && output.out.contains("this program is an OCI hook"), "\(output.out)")
    }

    @Test func aWatcherWithoutItsPolicyIsNotStartedAgain() throws {
        let output = try Lab().attempt("\"$programs/evenkeel-watch\" --once --policy /run/none")
        #expect(output.status == 78 && output.err.contains("/run/none"), "\(output.err)")
        let unit = try Lab().run("cat \"$programs/../../install/systemd/evenkeel-watch.service\"")
        #expect(unit.contains("\nRestartPreventExitStatus=64 78\n"))
    }
}
