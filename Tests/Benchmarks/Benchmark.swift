import ArgumentParser
import Foundation
import Laboratory

@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measures what the programs that a container start waits for cost, beside others that do such work.",
        discussion: """
            Compared are evenkeel-cni, a C program that makes the same requests and nothing else (reference/), that program \
            linked as the plugin is, the CNI plugins tuning, sbr and firewall, the three as a chain, and a shell script \
            (remedies.sh). They run in turn, in another order every round, in namespaces that the benchmark makes: nothing of \
            the machine changes.

            Times are of a process from its start to its end. Instructions are counted by valgrind, system calls by strace, \
            page faults and peak memory by the kernel; they are nearly the same on every machine.

            install/bench.sh installs and builds what is needed and runs this. Needs root.

            EXAMPLES
              install/bench.sh --quick
              install/bench.sh --case fresh --case again --rounds 1000
              install/bench.sh --json bench.json --svg Tests/Benchmarks/chart.svg
              install/bench.sh --budgets
              install/bench.sh --watch
            """)

    @Option(help: "How often each program is run in each case.")
    var rounds: Int?

    @Flag(help: "A tenth of the rounds.")
    var quick = false

    @Option(name: .customLong("case"), help: "Only this case; may be given several times. `crowd` is many at once.")
    var names: [String] = []

    @Option(help: "Write all figures to this file.", completion: .file())
    var json: String?

    @Option(help: "Write a chart to this file.", completion: .file())
    var svg: String?

    @Option(help: "Write the figures that a README tells between the marks in this file.", completion: .file())
    var readme: String?

    @Flag(help: "Exit with status 1 where a figure is not as it must be.")
    var strict = false

    @Option(
        help:
            "Only compare counts with those in this file, and lower those that are beaten; status 1 if one is exceeded.",
        completion: .file())
    var budgets: String?

    @Flag(help: "With --budgets: what is measured now is the budget.")
    var accept = false

    @Flag(help: "Only the watcher, beside a C program that watches; status 1 where a figure is not as it must be.")
    var watch = false

    func validate() throws {
        for name in names where name != "crowd" && !Case.all.contains(where: { $0.name == name }) {
            let known = Case.all.map { $0.name } + ["crowd"]
            throw ValidationError("there is no case \(name); there are \(known.joined(separator: ", "))")
        }
        guard rounds ?? 1 > 0 else { throw ValidationError("at least one round") }
        guard !accept || budgets != nil else { throw ValidationError("--accept is for --budgets") }
        guard !watch || (names.isEmpty && budgets == nil && svg == nil && readme == nil) else {
            throw ValidationError("--watch has no cases, budgets or chart")
        }
    }

    func run() throws {
        try Arena.enter()
        let cases = Case.all.filter { names.isEmpty || names.contains($0.name) }
        if let budgets {
            try SameJob.check()
            var held = try Budgets(path: budgets)
            guard try held.check(cases, accepting: accept) else { throw ExitCode.failure }
            return
        }
        if watch { return try compareWatchers() }
        let report = try measure(cases)
        print(Table(report: report))
        if let json { try report.write(json: json) }
        if let svg { try Chart(report: report).write(svg) }
        if let readme { try Excerpt(report: report).write(into: readme) }
        if strict && !report.bars.allSatisfy({ $0.isMet }) { throw ExitCode.failure }
    }

    private func compareWatchers() throws {
        let report = try measureWatchers()
        print(report)
        if let json { try report.write(json: json) }
        guard report.bars.allSatisfy({ $0.isMet }) else { throw ExitCode.failure }
    }

    private func measureWatchers() throws -> WatchReport {
        let samples = self.rounds ?? (quick ? 100 : 1000)
        var measurement = WatchMeasurement(
            samples: samples, rounds: max(3, samples / 100),
            report: WatchReport(kernel: try Self.kernel, cores: Self.cores, samples: samples))
        try measurement.measure(say)
        var report = measurement.report
        report.bars = report.judge()
        return report
    }

    private static var kernel: String { get throws { try shell("uname -r").trimmingCharacters(in: .newlines) } }
    private static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    private func measure(_ cases: [Case]) throws -> Report {
        let rounds = self.rounds ?? (quick ? 20 : 200)
        var report = Report(kernel: try Self.kernel, cores: Self.cores, rounds: rounds)
        say("do they do the same?")
        try SameJob.check()
        for situation in cases {
            say(situation.title)
            report.sections.append(try situation.measure(rounds: rounds))
        }
        if names.isEmpty || names.contains("crowd") {
            say("\(Crowd.size) at once")
            report.crowd = try Crowd.measure(rounds: max(3, rounds / 20), cores: Self.cores)
        }
        for program in ["evenkeel-cni", "evenkeel-hook", "evenkeel-runtime"] {
            report.sizes[program] = try Counts.size("\(Shell.programs)/\(program)")
        }
        report.bars = report.judge()
        return report
    }

    /// How far it is.
    private func say(_ text: String) { FileHandle.standardError.write(Data("benchmark: \(text)\n".utf8)) }
}
