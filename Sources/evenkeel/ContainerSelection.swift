import ArgumentParser
import Discovery
import Keel

let policyPath = Policy.path

/// The options that say which containers a command is about, and by which policy.
struct ContainerSelection: ParsableArguments {
    @Option(help: ArgumentHelp("The network namespace at this path.", valueName: "path"), completion: .file())
    var netns: String?

    @Option(help: ArgumentHelp("The network namespace of this process.", valueName: "pid"))
    var pid: Int32?

    @Option(
        help: ArgumentHelp("The container with this name, id or beginning of an id.", valueName: "name"),
        completion: .containers)
    var container: String?

    @Flag(help: "Every container's network namespace.")
    var all = false

    @Option(
        help: ArgumentHelp("The policy document to use instead of \(policyPath).", valueName: "file"),
        completion: .file())
    var policy: String?

    /// How many of the four are given.
    var count: Int { [netns != nil, pid != nil, container != nil, all].count { $0 } }

    static let choices = "name one of --netns, --pid, --container and --all"

    func validate() throws {
        if count > 1 { throw ValidationError(Self.choices) }
        if let container, container.isEmpty { throw ValidationError("--container takes a name or an id") }
        if let netns, netns.isEmpty { throw ValidationError("--netns takes a path") }
        if let pid, pid < 1 { throw ValidationError("--pid takes a process id") }
    }

    /// What `--netns` or `--pid` name; else all there are, of which `--container` takes some.
    func survey() throws(Failure) -> Survey {
        if let netns { return Survey(named: netns) }
        if let pid { return Survey(ofProcess: pid) }
        do { return try Survey.all() } catch { throw Failure(error) }
    }
}
