import LinuxSystem
import Testing

@testable import Watch

/// The watcher's command line.
@Suite struct OptionsTests {
    private func parsed(_ arguments: String...) -> Options? {
        if case .watch(let options) = Options.parse(arguments) { options } else { nil }
    }

    private func refusal(_ arguments: String...) -> String? {
        if case .refusal(let reason) = Options.parse(arguments) { reason } else { nil }
    }

    @Test func withoutArgumentsItListensAndWritesNoFile() throws {
        let options = try #require(parsed())
        #expect(options.socket == "/run/evenkeel/watch.sock" && options.metricsFile == nil && options.policy == nil)
        #expect(!options.isOnce && !options.isDry && !options.metricsPerContainer)
        #expect(options.least == .info && options.hearsOfPods)
    }

    @Test func aValueFollowsOrStandsBehindAnEqualsSign() throws {
        let apart = try #require(
            parsed("--metrics-file", "/m", "--socket", "/s", "--policy", "/p", "--log-level", "debug"))
        let together = try #require(parsed("--metrics-file=/m", "--socket=/s", "--policy=/p", "--log-level=debug"))
        for options in [apart, together] {
            #expect(options.metricsFile == "/m" && options.socket == "/s" && options.policy == "/p")
            #expect(options.least == .debug)
        }
        #expect(parsed("--metrics-file=/a=b")?.metricsFile == "/a=b")
    }

    @Test func flagsMayStandTogether() throws {
        let options = try #require(parsed("--once", "--dry-run", "--metrics-per-container", "--no-nri"))
        #expect(options.isOnce && options.isDry && options.metricsPerContainer && !options.hearsOfPods)
    }

    @Test(arguments: [
        ("error", SystemLog.Severity.error), ("warning", .warning), ("notice", .notice), ("info", .info),
        ("debug", .debug),
    ]) func theLogLevelIsASeverity(name: String, severity: SystemLog.Severity) {
        #expect(parsed("--log-level", name)?.least == severity)
    }

    @Test func whatIsNotUnderstoodIsNamed() {
        #expect(refusal("--twice") == "unknown argument --twice")
        #expect(refusal("once") == "unknown argument once")
        #expect(refusal("--once=yes") == "unknown argument --once=yes")
        #expect(refusal("") == "unknown argument ")
        #expect(refusal("--a\u{1b}[31m") == "unknown argument --a?[31m")
        #expect(refusal("--socket") == "--socket takes a value")
        #expect(refusal("--policy", "") == "--policy takes a value")
        #expect(refusal("--metrics-file=") == "--metrics-file takes a value")
        #expect(
            refusal("--log-level", "loud") == "--log-level takes error, warning, notice, info or debug, not loud")
    }

    @Test func helpAndVersionWinOverWhatFollows() {
        #expect(kind("--help", "--twice") == "help" && kind("-h") == "help" && kind("--twice", "--help") == "refusal")
        #expect(kind("--once", "--version", "--twice") == "version")
    }

    private func kind(_ arguments: String...) -> String {
        switch Options.parse(arguments) {
        case .watch: "watch"
        case .help: "help"
        case .version: "version"
        case .refusal: "refusal"
        }
    }

    @Test func theUsageNamesEveryOption() {
        for option in [
            "--once", "--dry-run", "--socket", "--metrics-file", "--metrics-per-container", "--policy", "--log-level",
            "--no-nri",
            "--version", "--help",
        ] { #expect(Options.usage.contains("  \(option)") || Options.usage.contains(", \(option)"), "\(option)") }
    }
}
