import ArgumentParser
import JSON
import Keel
import LinuxSystem

/// `evenkeel host`: what belongs to the host and not to one container.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Looks after the host: the drop of INVALID segments and the connection tracking table.",
        discussion: """
            Containers bring their part of the host's rules with them as they start. These commands look after the host \
            as a whole: when it boots, when somebody has taken the rules away, and when its connection tracking table is too \
            small, which a container's start never changes.
            """,
        subcommands: [HostStatus.self, HostApply.self, HostRemove.self])
}

/// What the subcommands share.
struct HostOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The policy document to go by, instead of \(policyPath).", valueName: "file"))
    var policy: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false
}

extension HostGuard {
    /// The host, with every container that is found on it.
    static func open(_ policy: Policy) throws(Failure) -> HostGuard {
        do throws(KernelError) {
            // First, before the look at containers opens what is theirs.
            let host = try Host()
            return HostGuard(host, policy, containers: try Discovery.all().namespaces.map { $0.path })
        } catch { throw Failure(error) }
    }
}

/// What a change of the host came to.
struct HostOutcome {
    var lines: [ChangeLine] = []
    /// What was done, or would be, to files.
    var files: [String] = []
    var notes: [String] = []
    var errors: [String] = []

    /// The refusals of single changes among them.
    var allErrors: [String] { errors + lines.filter { $0.status == .failed }.map { $0.text } }

    private var text: String {
        let said = lines.filter { $0.status != .failed }.map { $0.text } + files + notes.map { "note: \($0)" }
        let all = said.isEmpty && allErrors.isEmpty ? ["nothing to do"] : said
        return all.map { $0 + "\n" }.joined()
    }

    private func json(dryRun: Bool) -> JSON {
        .object([
            .init("version", .integer(1)), .init("dryRun", .boolean(dryRun)),
            .init("changes", .array(lines.map { $0.json })), .init("files", .array(files.map { .string($0) })),
            .init("notes", .array(notes.map { .string($0) })), .init("errors", .array(errors.map { .string($0) })),
        ])
    }

    /// Prints it all.
    ///
    /// - Throws: exit status 1 if anything was refused.
    func report(asJSON: Bool, dryRun: Bool) throws {
        try write(asJSON ? json(dryRun: dryRun).text(pretty: true) + "\n" : text)
        for error in allErrors { say(error) }
        if !allErrors.isEmpty { throw ExitCode(1) }
    }
}
