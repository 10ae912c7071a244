import ArgumentParser
import LinuxSystem

@main
struct Evenkeel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evenkeel",
        abstract: "Makes the networks of containers safe.",
        discussion: """
            A container on several networks gets one default route and source rules for the others, a reverse path \
            filter that does not eat replies, and a host that does not answer INVALID segments with a reset.

            The CNI plugin or the OCI hook sets up each container as it starts. `apply` does the same for running \
            containers, `host` sets up the host itself, and `cni` chains the plugin into networks' configurations. \
            `watch` shows what the watcher does, which keeps all of them so.

            `status` lists the containers, and `map` draws their networks. `doctor` says what is wrong, `explain` why, and \
            `test` sends from a container and counts what is lost. `check-system` says whether this host can do it, \
            `metrics` tells Prometheus, and `report` packs all of that for a bug report.

            The policy is \(policyPath), if that file exists; `policy` checks and shows it.
            """,
        version: Product.version,
        subcommands: [
            StatusCommand.self, MapCommand.self, Doctor.self, Explain.self, TestCommand.self, Apply.self,
            HostCommand.self, WatchCommand.self, CNICommand.self, PolicyCommand.self, RuntimeClassCommand.self,
            CheckSystem.self, MetricsCommand.self, ReportCommand.self,
        ])

    /// Takes the arguments from where the kernel put them. Swift's own list comes from /proc: without that it is empty, and every
    /// command would print the help.
    static func main() {
        let arguments = Array(OwnProcess.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch { Ending(error, arguments).end() }
    }
}
