import ArgumentParser
import Discovery
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host`: what belongs to the host and not to one container.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Sets up the host: the rules for INVALID segments and the connection tracking table.",
        discussion: """
            Each container's start installs its part of the host's rules. These commands set up the whole host: when \
            it boots, after somebody has removed the rules, and when its connection tracking table is too small. A \
            container's start never changes the table's size.
            """,
        subcommands: [HostStatus.self, HostApply.self, HostRemove.self, Top.self])
}

/// What the subcommands share.
struct HostOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The policy document to use instead of \(policyPath).", valueName: "file"),
        completion: .file())
    var policy: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false
}

extension HostRun {
    /// Opens the host, with every container found on it.
    static func open(_ policy: Policy) throws(Failure) -> HostRun {
        do throws(KernelError) {
            // First: the survey opens the containers' namespaces.
            let host = try Host()
            return HostRun(host, policy, containers: try Survey.all().namespaces.map { $0.found })
        } catch { throw Failure(error) }
    }
}
