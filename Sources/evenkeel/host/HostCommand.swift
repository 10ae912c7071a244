import ArgumentParser
import Discovery
import HostCare
import Keel
import LinuxSystem

/// `evenkeel host`: what belongs to the host and not to one container.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Looks after the host: the rules for INVALID segments and the connection tracking table.",
        discussion: """
            Containers bring their part of the host's rules with them as they start. These commands look after the host \
            as a whole: when it boots, when somebody has taken the rules away, and when its connection tracking table is too \
            small, which a container's start never changes.
            """,
        subcommands: [HostStatus.self, HostApply.self, HostRemove.self, Top.self])
}

/// What the subcommands share.
struct HostOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The policy document to go by, instead of \(policyPath).", valueName: "file"))
    var policy: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false
}

extension HostRun {
    /// The host, with every container that is found on it.
    static func open(_ policy: Policy) throws(Failure) -> HostRun {
        do throws(KernelError) {
            // First, before the look at containers opens what is theirs.
            let host = try Host()
            return HostRun(host, policy, containers: try Survey.all().namespaces.map { $0.path })
        } catch { throw Failure(error) }
    }
}
