import ArgumentParser
import Diagnosis
import Discovery
import Keel
import LinuxSystem

/// The names of all findings, in lines of a page's width.
private let findingNames: String = {
    let names = FindingID.allCases.map { $0.rawValue }.joined(separator: ", ")
    var lines = [" "]
    for word in names.split(separator: " ") {
        if lines[lines.count - 1].count + word.count > 76 { lines.append(" ") }
        lines[lines.count - 1] += " \(word)"
    }
    return lines.joined(separator: "\n")
}()

/// `evenkeel doctor`: observe and plan, and say what is wrong.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is wrong with the networks of this host's containers, and how it knows.",
        usage: """
            evenkeel doctor [--container <name> | --netns <path> | --pid <pid>]
                            [--watch <seconds>] [--diagram | --json]
                            [--policy <file>]
            """,
        discussion: """
            Looks at the host and at every container's network namespace: those that engines bind in /run/netns, \
            /run/docker/netns and /run/user/*/netns, and those of processes in a container's cgroup. No engine need run. \
            Each finding has a name that never changes, what the kernel says, what comes of it, and the command that mends \
            it; `evenkeel explain NAME` tells more.

            Nothing is changed and nothing is sent. One trace is left: between default routes of one metric the kernel takes \
            turns, and to show it the doctor looks up a route eight times, which are eight turns. Where a strict filter \
            matters, its counter is watched for half a second.

            An ordinary user is told what can be seen without privilege, and what could not be looked at. Whose podman is \
            rootless looks at its containers by `podman unshare --rootless-netns evenkeel doctor`, and root at everybody's.

            --watch says all at first, and from then on what is new and what has gone, with the time, until it is interrupted. \
            A finding is the same as before when its name, severity and place are. A container named with --container that \
            stops is told and waited for, since it may be started again. The watch ends, with 0, when what --netns or --pid \
            name has gone.

            Limits that no setting lifts are information: they are told where the kernel shows that a container is concerned.

            FINDINGS
            \(findingNames)

            EXAMPLES
              sudo evenkeel doctor
              sudo evenkeel doctor --container web --diagram
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
               "error": null | what kept it from looking}
              A place is {"kind": "host"} or {"kind": "container", "namespace",
              "engine", "containers": [{"id", "name", "engine", "pid"}]}; what is not
              known is null. "looked.host" is false where not all of the host could be
              looked at. With --watch there is such an object, on a line of its own,
              at first and whenever something has changed; "time", "new" and "gone"
              are in it as well, the last two with findings. "version" rises when a
              key changes its meaning or goes.

            EXIT STATUS
              0   all was looked at, and nothing is wrong; information may be given
              1   something is wrong; if not all could be looked at, that is said first
              2   nothing wrong was found, but not all, or nothing, could be looked at
              64  the command line is wrong
            """)

    @OptionGroup var selection: ContainerSelection

    @Option(help: ArgumentHelp("Look again every so many seconds, and say what is new and gone.", valueName: "seconds"))
    var watch: Int?

    @Flag(help: "Draw the networks of each container, too.")
    var diagram = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        if let watch, !(1...86400).contains(watch) { throw ValidationError("--watch takes seconds, 1 to 86400") }
        if diagram && json { throw ValidationError("--diagram is text; leave out --json") }
    }

    func run() throws {
        let status: Int32
        do throws(Failure) { status = try work() } catch {
            say(error.description)
            if json { try write(DoctorReport.json(failure: error.description).text(pretty: watch == nil) + "\n") }
            throw ExitCode(DoctorReport.couldNotLook)
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// The exit status.
    private func work() throws(Failure) -> Int32 {
        if let watch { return try self.watch(every: watch) }
        let report = try look()
        if json {
            try write(report.json.text(pretty: true) + "\n")
        } else {
            try write(report.text(paint, diagram: diagram), isPainted: paint.isColoured)
        }
        return report.status
    }

    var paint: Paint { Paint(isColoured: Terminal.hasColor) }

    /// `isAgain`: a container that was there before may have been stopped, and may be started again.
    func look(isAgain: Bool = false) throws(Failure) -> DoctorReport {
        let policy = try Policy.named(selection.policy)
        let found = try selection.survey()
        var survey = found
        var absence: String?
        if let container = selection.container {
            let named = found.find(container)
            if named == nil && !isAgain { throw found.absence(of: container) }
            if named == nil { absence = "\(printable(container)) has stopped, and is waited for" }
            survey = named ?? found.called(container)
        }
        var examination: Examination
        do { examination = try Examination(policy, from: selection.policy) } catch { throw Failure(error) }
        let progress = Progress(of: survey.namespaces.count)
        defer { progress.clear() }
        return DoctorReport(examination.diagnose(survey) { progress.show($0) }, absence: absence)
    }
}
