import CNI
import JSON
import Keel
import LinuxSystem

/// Carries out one request to the plugin.
struct Plugin: ~Copyable {
    private let request: Request
    let log: PluginLog

    init(_ request: Request) {
        self.request = request
        log = PluginLog(request)
    }

    /// Carries out the request. The result is to be printed.
    func answer() throws(CNIError) -> JSON? {
        switch request.command {
        case .version: return Version.answer(to: request.version)
        case .add: return try add()
        case .check: try check()
        case .delete: delete()
        case .collectGarbage: try collectGarbage()
        case .status: try status()
        }
        return nil
    }

    private func add() throws(CNIError) -> JSON? {
        let settings = try Settings.complete(request)
        if isLeftAlone(settings) {
            markAsLeftAlone()
            return request.result { _ in false }
        }
        let outcome = try run(.start(leaving: settings.mark), settings) { $0.hostFailure == nil }
        if let failure = outcome.plan.hostFailure { throw CNIError(failure) }
        let plan = outcome.plan
        if !plan.hasInterface(request.interface) { log.write(.warning, missingInterface) }
        if plan.isEmpty { log.write(.debug, "nothing to do") }
        if let report = outcome.report {
            log.write(report)
            if let failure = report.failures.first { throw CNIError(failure) }
        }
        return request.result { route in
            plan.displaced.contains(destination: route.destination, gateway: route.gateway, on: request.interface)
        }
    }

    private func check() throws(CNIError) {
        let settings = try Settings.complete(request)
        if isLeftAlone(settings) { return }
        let plan = try run(.check, settings) { _ in false }.plan
        if let failure = plan.hostFailure { throw CNIError(failure) }
        // If main's default was removed on purpose, rules that merely remain are no fault of the network.
        var differences = (plan.namespace.filter { !$0.isWithdrawal } + plan.host).map { $0.attempt }
        if !plan.hasInterface(request.interface) { differences.insert(missingInterface, at: 0) }
        guard !differences.isEmpty else { return }
        throw CNIError(
            .differs, "the container's network is not as it must be",
            details: "to do: \(differences.joined(separator: "; "))")
    }

    /// Whether the settings leave this container alone. What they say of that is written to the system's log as well: runtimes
    /// discard what a plugin says.
    private func isLeftAlone(_ settings: Settings) -> Bool {
        for line in settings.remarks {
            log.write(.warning, line)
            let subject = "container \(request.containerID), \(request.interface): "
            let occurrence = settings.isSkipped ? Occurrence.leftAlone : .finding(.policyFault)
            SystemLog("evenkeel-cni").write(
                .warning, printable(subject + line),
                [JournalField("CONTAINER_ID_FULL", printable(request.containerID))] + occurrence.fields)
        }
        return settings.isSkipped
    }

    /// Leaves the mark by which later runs leave the container alone. No failure refuses the attachment.
    private func markAsLeftAlone() {
        do throws(KernelError) {
            let host = try Host()
            try host.markAsLeftAlone(try NetworkNamespace(path: request.namespacePath))
        } catch { log.write(.warning, error.description) }
    }

    private var missingInterface: String { "there is no interface \(printable(request.interface)) in the namespace" }

    /// Forgiving: a failing DEL would keep the chain's other plugins from cleaning up. Failures are logged.
    private func delete() {
        // Invalid settings are ignored: the other networks must not be left without a way out at their next attachment.
        let settings = Settings(request)
        if let problem = settings.problem { log.write(problem, as: .warning) }
        if isLeftAlone(settings) { return }
        do throws(CNIError) {
            guard try hasNamespace() else {
                // Its interfaces went with it. Now the host's elements for them go, too.
                var host = try openHost()
                log.write(host.collectGarbage(namespaces: [], settings.policy))
                return
            }
            let outcome = try run(.detachment(of: request.interface), settings) { _ in true }
            if let failure = outcome.plan.hostFailure { log.write(.warning, failure.description) }
            if let report = outcome.report { log.write(report) }
        } catch { log.write(error, as: .warning) }
    }

    /// Whether the namespace exists. A runtime that has unmounted it may leave the file it was mounted on.
    private func hasNamespace() throws(CNIError) -> Bool {
        do { _ = try NetworkNamespace(path: request.namespacePath) } catch {
            if [.noEntry, .invalid].contains(error.errno) { return false }
            throw CNIError(error)
        }
        return true
    }

    /// Whether the namespace is podman's, by its file's name. podman before version 6 names interfaces at random.
    private var isPodmans: Bool {
        let path = request.namespacePath.utf8
        let name = path.lastIndex(of: UInt8(ascii: "/")).map { path[path.index(after: $0)...] } ?? path[...]
        return name.starts(with: "netns-".utf8)
    }

    /// Where runtimes mount the network namespaces of containers.
    private static let namespaceFolder = "/run/netns"

    /// Removes as much as possible; the rest is the error.
    private func collectGarbage() throws(CNIError) {
        let policy = Settings(request).policy
        var host = try openHost()
        var report: Report
        do throws(KernelError) {
            let names = try Directory.names(in: Self.namespaceFolder)
            report = host.collectGarbage(namespaces: names.map { "\(Self.namespaceFolder)/\($0)" }, policy)
        } catch {
            report = host.collectGarbage(namespaces: [], policy)
            report.errors.append(error)
        }
        log.write(report)
        guard let first = report.failures.first else { return }
        throw CNIError(
            .kernel, "something could not be cleaned up: \(first.description)",
            details: report.failures.map { $0.description }.joined(separator: "; "))
    }

    private func status() throws(CNIError) {
        let readiness: Readiness
        do throws(CNIError) {
            let settings = try Settings.complete(request)
            var host = try openHost()
            do throws(KernelError) { readiness = try host.readiness(settings.policy) } catch { throw CNIError(error) }
        } catch { throw CNIError(.notAvailable, error.message, details: error.details) }
        if case .limited(let limits) = readiness {
            throw CNIError(
                .limitedConnectivity, "containers can be made safe only in part",
                details: limits.joined(separator: "; "))
        }
    }
}

extension Plugin {
    /// Opens the host, before any other namespace is entered.
    private func openHost() throws(CNIError) -> Host {
        do { return try Host() } catch { throw CNIError(error) }
    }

    /// Opens the host, then the container's namespace, observes, and changes what differs if `isWanted`.
    private func run(
        _ occasion: ContainerRun.Occasion, _ settings: Settings, if isWanted: (Plan) -> Bool
    ) throws(CNIError) -> ContainerRun.Outcome {
        var host = try openHost()
        let namespace = try openNamespace(of: host)
        let run = ContainerRun(occasion, settings.policy, namesAreRandom: isPodmans)
        do throws(KernelError) {
            return try run.carryOut(
                in: namespace, on: &host, warn: { text, _ in log.write(.warning, text) }, if: isWanted)
        } catch { throw CNIError(error) }
    }

    /// Opens the container's namespace. It must not be the host's.
    private func openNamespace(of host: borrowing Host) throws(CNIError) -> NetworkNamespace {
        let namespace: NetworkNamespace
        do { namespace = try NetworkNamespace(path: request.namespacePath) } catch {
            if error.errno.isShortage { throw CNIError(error) }
            throw CNIError(
                .invalidNamespace, error.description,
                details: "CNI_NETNS must be the path of the container's network namespace")
        }
        guard !host.isOwn(namespace) else {
            throw CNIError(
                .invalidNamespace, "CNI_NETNS \(request.namespacePath) is the host's own network namespace",
                details: "a container that shares the host's network needs no CNI; the host's routes are never touched")
        }
        return namespace
    }
}

extension CNIError {
    /// A refusal by the kernel as an error of the protocol.
    fileprivate init(_ error: KernelError) {
        let isPassing = [.again, .busy, .restart, .interrupted].contains(error.errno)
        self.init(
            isPassing ? .tryAgainLater : .kernel, error.description,
            details: error.advice ?? (isPassing ? "try again later" : "the host's kernel log may tell more"))
    }
}
