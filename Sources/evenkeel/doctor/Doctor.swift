import ArgumentParser
import Diagnosis
import Discovery
import Keel
import LinuxSystem
import LinuxTools

/// The names of all findings, in lines of a page's width.
private let findingNames = wrapped(
    FindingID.allCases.map { $0.rawValue }.joined(separator: ", "), after: "  ",
    columns: min(Terminal.columns ?? 77, 77)
).joined(separator: "\n")

/// `evenkeel doctor`: observes, plans, and says what is wrong.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is wrong with the networks of this host's containers, with evidence.",
        usage: """
            evenkeel doctor [--container <name> | --netns <path> | --pid <pid>]
                            [--watch <seconds>] [--verbose] [--diagram | --json]
                            [--policy <file>]
            """,
        discussion: """
            Looks at the host and at every container's network namespace: those that engines bind in /run/netns, \
            /run/docker/netns and /run/user/*/netns, and those of processes in a container's cgroup. No engine has to \
            run. Containers inside others are left out, which is said; name one to look at it. Each finding has a fixed \
            name, the kernel's evidence, the consequence, and the command that repairs it; `evenkeel explain NAME` tells \
            more.

            The doctor changes nothing and sends nothing. It leaves one trace: the kernel alternates between default \
            routes of one metric, and to show that, the doctor looks up a route eight times. If a strict filter \
            matters, it watches the filter's counter for half a second.

            An ordinary user sees what needs no privilege, and a list of what could not be checked. For rootless \
            podman run `podman unshare --rootless-netns evenkeel doctor`. Root sees everyone's containers.

            --watch first prints everything, then new and gone findings with the time, until it is interrupted. A \
            finding is the same as before if its name, severity and place are. If a container named with --container \
            stops, the watch says so and waits, since it may start again. The watch ends with 0 when the namespace or \
            process of --netns or --pid is gone.

            Limits that no setting lifts are information, reported if the kernel shows that a container is affected.

            FINDINGS
            \(findingNames)

            EXAMPLES
              sudo evenkeel doctor
              sudo evenkeel doctor --container web --diagram
              sudo evenkeel doctor --verbose
              sudo evenkeel doctor --json | jq -r '.findings[] | .severity + " " + .id'
              sudo evenkeel doctor --watch 10

            JSON
              {"version": 1, "verdict": "healthy" | "findings" | "unknown",
               "complete": true | false,
               "findings": [{"id", "severity": "information" | "warning" | "error",
                             "place", "summary", "evidence": [lines],
                             "consequence", "remedy"}],
               "looked": {"host": true | false, "containers": [places]},
               "missed": [{"what", "reason", "advice"}],
               "skipped": [{"namespace", "reason"}],
               "watcher": null | {"pid", "kept", "dryRun", "declined": [families]},
               "error": null | what kept it from looking}
              A place is {"kind": "host"} or {"kind": "container", "namespace",
              "engine", "containers": [{"id", "name", "engine", "pid"}]}. Unknown values
              are null. "looked.host" is false if part of the host could not be checked.
              --watch prints such an object on one line, at first and at each change,
              with three more keys: "time", and the findings "new" and "gone".
              PREFIX/share/evenkeel/schemas/doctor.schema.json describes every key.
              "version" rises when a key changes its meaning or is removed.

            EXIT STATUS
              0   everything was checked and nothing is wrong; there may be information
              1   something is wrong; the first line says if not everything was checked
              2   nothing wrong was found, but not everything could be checked
              64  the command line is wrong
            """)

    @OptionGroup var selection: ContainerSelection

    @Option(help: ArgumentHelp("Look again every so many seconds, and print what changed.", valueName: "seconds"))
    var watch: Int?

    @Flag(name: .shortAndLong, help: "Also list what was looked at and is well.")
    var verbose = false

    @Flag(help: "Also draw the networks of each container.")
    var diagram = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        if let watch, !(1...86400).contains(watch) { throw ValidationError("--watch takes seconds, 1 to 86400") }
        if diagram && json { throw ValidationError("--diagram is text; leave out --json") }
        if verbose && json { throw ValidationError("--verbose is text; leave out --json") }
    }

    func run() throws {
        let status: Int32
        do throws(Failure) { status = try work() } catch {
            say(error.description)
            if json { DoctorReport.answer(failure: error.description).writeAfterFailure(pretty: watch == nil) }
            throw ExitCode(DoctorReport.couldNotLook)
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// The exit status.
    private func work() throws(Failure) -> Int32 {
        if let watch { return try self.watch(every: watch) }
        let report = try look()
        if json {
            try report.answer().write()
        } else {
            let paint = Paint.ofOutput
            try write(text(report, paint), isPainted: paint.isColoured)
        }
        return report.status
    }

    func text(_ report: DoctorReport, _ paint: Paint) -> String {
        report.text(paint, diagram: diagram, verbose: verbose)
    }

    /// `isAgain`: not the first look, so a stopped container is no error; it may be started again.
    func look(isAgain: Bool = false) throws(Failure) -> DoctorReport {
        let policy = try HostPolicy.named(selection.policy, isOnlyLooking: true)
        let found = try selection.survey()
        var survey = found
        var absence: String?
        if let container = selection.container {
            let named = found.find(container)
            if named == nil && !isAgain { throw found.absence(of: container) }
            if named == nil { absence = "\(printable(container)) has stopped; waiting for it" }
            survey = named ?? found.called(container)
        }
        var examination: Examination
        do { examination = try Examination(policy, from: selection.policy) } catch { throw Failure(error) }
        let progress = Progress(of: survey.namespaces.count)
        defer { progress.clear() }
        return DoctorReport(examination.diagnose(survey) { progress.show($0) }, absence: absence)
    }
}
