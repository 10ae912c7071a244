import ArgumentParser
import Discovery
import EngineNetworks
import Keel
import LinuxSystem

/// `evenkeel apply`: observes, plans and applies for running containers.
struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the networks of running containers safe.",
        usage: """
            evenkeel apply --all | --container <name> | --netns <path> | --pid <pid>
                           [--default-route <name>] [--dry-run] [--json] [--policy <file>]
            """,
        discussion: """
            Checks each container's network namespace and the host, and changes what differs from the policy. A second \
            run changes nothing.

            --all takes every namespace that belongs to a container by its path or cgroup: /run/netns/cni-* and \
            netns-*, /run/docker/netns, and processes in a container's cgroup. It lists other namespaces, such as an \
            administrator's own or OpenStack's routers, and leaves them alone; name one to change it. The same goes for \
            a container inside another, and for one whose interfaces lead neither to this host nor to its user's own \
            rootless network.

            apply uses the host's policy, or that of --policy, and what the container's kernel remembers of its annotations \
            and its networks' CNI configurations: the preferred network, defaultRoute.mode, defaultRoute.sourceRules, \
            rpFilter, and that less is to be done about INVALID segments than the host's policy says.

            Docker gives a container one default route for each IP version. The gateways of its other networks are asked for at \
            Docker's socket, /var/run/docker.sock, and kept in tables of their own, for packets from those networks' addresses \
            or bound to their devices (defaultRoute.learn in the policy).

            --all leaves a container alone that was started with evenkeel.skip. Name it to change it; from then on --all \
            takes it, too.

            --default-route changes what a running container wishes, as the annotation evenkeel.default-route says it at \
            the start: the names of networks, interfaces, or prefixes that hold the gateway, best first. It lasts until \
            the container stops; --default-route "" takes the wish back. Where the policy's annotations.locked has \
            defaultRoute.prefer, no container has a wish of its own, and this is refused as well.

            \(Answer.help("apply", ChangeVerdict.self))

            EXAMPLES
              evenkeel apply --all --dry-run
              evenkeel apply --container web
              evenkeel apply --container web --default-route back
              evenkeel apply --pid "$(podman inspect -f '{{.State.Pid}}' web)"
              evenkeel apply --netns /run/netns/netns-2f1c --json

            EXIT STATUS
              0   everything is as the policy says, or with --dry-run could be
              1   something was refused, the policy is faulty, or --default-route cannot be obeyed; standard error says what
              64  the command line is wrong
            """)

    @OptionGroup var selection: ContainerSelection

    @Option(
        name: .customLong("default-route"),
        help: ArgumentHelp(
            "What the container prefers from now on; several are separated by commas.", valueName: "name"),
        completion: .networks)
    var defaultRoute: String?

    @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Say what would be done; change nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard selection.count == 1 else { throw ValidationError(ContainerSelection.choices) }
        guard let defaultRoute else { return }
        if selection.all { throw ValidationError("--default-route is for one container: name it") }
        let words = Self.words(defaultRoute)
        guard words.count <= 256 else { throw ValidationError("--default-route takes at most 256 names") }
        for word in words where Preference(word) == nil {
            throw ValidationError("--default-route takes names of networks or interfaces, or prefixes; not '\(word)'")
        }
    }

    func run() throws {
        let succeeded: Bool
        do throws(Failure) { succeeded = try work() } catch {
            say(error.description)
            if json { try ApplyResult.answer([], skipped: [], dryRun: dryRun, failure: error.description).write() }
            throw ExitCode(1)
        }
        if !succeeded { throw ExitCode(1) }
    }

    private static func words(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " }.map(String.init)
    }

    private var wish: ContainerRun.Wish {
        guard let defaultRoute else { return .asBefore }
        let preferences = Self.words(defaultRoute).compactMap { Preference($0) }
        return preferences.isEmpty ? .none : .prefer(preferences)
    }

    /// Whether nothing was refused, and the policy is without fault.
    private func work() throws(Failure) -> Bool {
        let documents = try HostPolicy.named(selection.policy)
        for line in documents.warnings { say(line) }
        let policy = documents.policy
        if case .prefer = wish,
            let line = policy.limits?.refusal(of: "prefer", in: "defaultRoute", from: "--default-route")
        {
            throw Failure(line)
        }
        var host: Host
        do { host = try Host() } catch { throw Failure(error) }
        let survey = try survey()
        let docker = DockerQuestions(for: survey, policy)
        if let failure = docker.failure { say(failure) }
        var (results, skipped) = ([ApplyResult](), survey.skipped)
        let networks = KnownNetworks()
        let progress = Progress(of: survey.namespaces.count)
        for (place, namespace) in survey.namespaces.enumerated() {
            progress.show(place)
            guard let result = try apply(to: namespace, on: &host, policy, docker, networks) else {
                skipped.append(SkippedNamespace(atItsWish: namespace))
                continue
            }
            results.append(result)
            if !json { try write(result.text(titled: selection.all || survey.namespaces.count > 1)) }
            for error in result.errors { say(selection.all ? "\(result.namespace.title): \(error)" : error) }
        }
        progress.clear()
        if json {
            let failure = documents.faults.isEmpty ? nil : documents.warnings.joined(separator: "; ")
            try ApplyResult.answer(results, skipped: skipped, dryRun: dryRun, failure: failure).write()
        } else {
            for skipped in skipped {
                say("left alone: \(skipped.path) (\(skipped.reason))")
            }
            if selection.all && survey.namespaces.isEmpty { try write("no containers found\n") }
        }
        return results.allSatisfy { $0.errors.isEmpty } && documents.faults.isEmpty
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

    /// Applies to one namespace; nil if it was left alone, as it wished. With --all, one that cannot be opened any more is gone,
    /// which is no error.
    private func apply(
        to found: ContainerNamespace, on host: inout Host, _ policy: Policy, _ docker: DockerQuestions,
        _ networks: KnownNetworks
    ) throws(Failure) -> ApplyResult? {
        let namespace: NetworkNamespace
        do { namespace = try found.found.open() } catch {
            if selection.all { return ApplyResult(found, notes: ["it has gone"]) }
            throw Failure(error)
        }
        guard !host.isOwn(namespace) else {
            // The container's process has ended since, and its id now belongs to a process of the host.
            if selection.all { return ApplyResult(found, notes: ["it has gone"]) }
            throw Failure(
                "\(found.path) is the host's own network namespace, which is never treated as a container's")
        }
        do throws(KernelError) {
            let lesson = DockerLesson(docker, for: found)
            let run = ContainerRun(
                selection.all ? .review : .demand(wish), policy, namesAreRandom: found.hasRandomNames,
                needsAddresses: true, learner: lesson?.learner)
            let user = namespace.engineUser
            var warnings: [String] = []
            let outcome = try run.carryOut(in: namespace, on: &host, warn: { text, _ in warnings.append(text) }) {
                !dryRun && $0.hostFailure == nil && !(defaultRoute != nil && $0.isWishUnmet)
            }
            if outcome.isLeftAlone { return nil }
            if let failure = outcome.plan.hostFailure { throw failure }
            let unmet = outcome.plan.unmetWishes.texts(
                of: defaultRoute == nil ? "evenkeel.default-route=" : "--default-route ")
            if defaultRoute != nil && outcome.plan.isWishUnmet {
                return ApplyResult(found, failure: unmet.joined(separator: "; "))
            }
            warnings += unmet
            var result = outcome.report.map { ApplyResult(found, $0) } ?? ApplyResult(found, outcome.plan)
            result.notes += warnings
            result.networks = NamedNetworks(outcome, among: networks.networks(of: user))
            result.interfaces = .init(outcome.snapshot.links.map { ($0.index, $0.name.text) }) { first, _ in first }
            // Who names a container asks about it.
            if let lesson, !selection.all || !outcome.plan.isEmpty { result.notes += lesson.notes(outcome.snapshot) }
            return result
        } catch {
            if selection.all { return ApplyResult(found, failure: error) }
            throw Failure(error)
        }
    }
}
