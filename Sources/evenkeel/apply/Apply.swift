import ArgumentParser
import Discovery
import JSON
import Keel
import LinuxSystem

/// `evenkeel apply`: observe, plan and apply for containers that run already.
struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the networks of running containers safe.",
        usage: """
            evenkeel apply --all | --container <name> | --netns <path> | --pid <pid>
                           [--dry-run] [--json] [--policy <file>]
            """,
        discussion: """
            Looks at each container's network namespace and at the host, and changes what is not as the policy says. A \
            second run changes nothing.

            --all takes every namespace that an engine's evidence ties to a container: /run/netns/cni-* and netns-*, \
            /run/docker/netns, and processes in a container's cgroup. Others, such as an administrator's own or \
            OpenStack's routers, are listed and left alone unless they are named.

            The policy is the host's. Of what a container's annotations or a network's CNI configuration say, only who is \
            preferred is known after the container has started; for the rest name its namespace, with a --policy of its own.

            EXAMPLES
              evenkeel apply --all --dry-run
              evenkeel apply --container web
              evenkeel apply --pid "$(podman inspect -f '{{.State.Pid}}' web)"
              evenkeel apply --netns /run/netns/netns-2f1c --json

            EXIT STATUS
              0   all is as it should be, or with --dry-run could be made so
              1   something was refused; what was, is on standard error
              64  the command line is wrong
            """)

    @OptionGroup var selection: ContainerSelection

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard selection.count == 1 else { throw ValidationError(ContainerSelection.choices) }
    }

    func run() throws {
        let succeeded: Bool
        do throws(Failure) { succeeded = try work() } catch {
            say(error.description)
            if json {
                try write(ApplyResult.json(failure: error.description, dryRun: dryRun).text(pretty: true) + "\n")
            }
            throw ExitCode(1)
        }
        if !succeeded { throw ExitCode(1) }
    }

    /// Whether nothing was refused.
    private func work() throws(Failure) -> Bool {
        let policy = try Policy.named(selection.policy)
        var host: Host
        do { host = try Host() } catch { throw Failure(error) }
        let survey = try survey()
        var results: [ApplyResult] = []
        let progress = Progress(of: survey.namespaces.count)
        for namespace in survey.namespaces {
            progress.show(results.count)
            let result = try apply(to: namespace, on: &host, policy)
            results.append(result)
            if !json { try write(result.text(titled: selection.all || survey.namespaces.count > 1)) }
            for error in result.errors { say(error) }
        }
        progress.clear()
        if json {
            try write(ApplyResult.json(results, skipped: survey.skipped, dryRun: dryRun).text(pretty: true) + "\n")
        } else {
            for skipped in survey.skipped {
                say("left alone: \(skipped.path) (\(skipped.reason))")
            }
            if selection.all && results.isEmpty { try write("no containers found\n") }
        }
        return results.allSatisfy { $0.errors.isEmpty }
    }

    private func survey() throws(Failure) -> Survey {
        let survey = try selection.survey()
        guard selection.netns == nil && selection.pid == nil else { return survey }
        if let container = selection.container {
            guard let named = survey.find(container) else { throw survey.absence(of: container) }
            if let hidden = named.hidden.first { throw Failure(hidden.error) }
            return named
        }
        if let refusal = survey.refusals.first { throw Failure(refusal) }
        return survey
    }

    /// One namespace. With --all, one that cannot be opened any more has gone, which is no error.
    private func apply(
        to found: ContainerNamespace, on host: inout Host, _ policy: Policy
    ) throws(Failure) -> ApplyResult {
        let namespace: NetworkNamespace
        do { namespace = try NetworkNamespace(path: found.path) } catch {
            if selection.all { return ApplyResult(found, notes: ["it has gone"]) }
            throw Failure(error)
        }
        guard !host.isOwn(namespace) else {
            // Found as another's a moment ago: its process has ended, and the number is somebody else's now.
            if selection.all { return ApplyResult(found, notes: ["it has gone"]) }
            throw Failure(
                "\(found.path) is the host's own network namespace, which is never changed as a container's")
        }
        do throws(KernelError) {
            let run = ContainerRun(.review, policy, namesAreRandom: found.hasRandomNames)
            let outcome = try run.carryOut(in: namespace, on: &host) { !dryRun && $0.hostFailure == nil }
            if let failure = outcome.plan.hostFailure { throw failure }
            return outcome.report.map { ApplyResult(found, $0) } ?? ApplyResult(found, outcome.plan)
        } catch {
            if selection.all { return ApplyResult(found, failure: error) }
            throw Failure(error)
        }
    }
}
