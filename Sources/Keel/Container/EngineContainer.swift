public import JSON
import LinuxSystem
import Netlink

/// A container that an engine is about to start: its process and its annotations. For the programs that engines run.
public struct EngineContainer: Sendable {
    private let pid: Int32
    private let startTime: UInt64?
    private let annotations: [JSON.Member]
    private let isStarting: Bool
    private let host: Result<HostPolicy, PolicyError>

    /// `startTime`, in clock ticks since boot, distinguishes the process from a later one with the same pid. `isStarting`: its
    /// own program is about to run, so no network comes later. `host`: what `prepareProcess` returned.
    public init(
        pid: Int32, startTime: UInt64? = nil, annotations: [JSON.Member], isStarting: Bool = false,
        host: Result<HostPolicy, PolicyError>
    ) {
        self.host = host
        self.pid = pid
        self.startTime = startTime
        self.annotations = annotations
        self.isStarting = isStarting
    }

    /// Sees to it that this process says why it ends early: by a crash, for want of memory, or after 20 seconds. Returns the
    /// host's policy, by which it ends then.
    public static func prepareProcess() -> Result<HostPolicy, PolicyError> {
        let host = hostPolicy()
        CrashReport.install(
            on: .error, before: "evenkeel: crashed at ",
            after: "; this is a defect of evenkeel ", end: ": please report it with the address\n",
            status: crashStatus(host))
        CrashReport.withoutMemory("evenkeel: there is not enough memory to make the container's network safe\n")
        CrashReport.limit(seconds: 20, "evenkeel: gave up after 20 seconds\n")
        return host
    }

    private static func hostPolicy() -> Result<HostPolicy, PolicyError> {
        do throws(PolicyError) { return .success(try HostPolicy.load()) } catch { return .failure(error) }
    }

    /// The exit status of a crash before the container's own policy is known. 0 lets it start.
    public static func crashStatus() -> Int32 { crashStatus(hostPolicy()) }

    private static func crashStatus(_ host: Result<HostPolicy, PolicyError>) -> Int32 {
        guard case .success(let host) = host else { return 1 }
        return crashStatus(host.policy)
    }

    private static func crashStatus(_ policy: Policy) -> Int32 { policy.onError == .fail ? 1 : 0 }

    /// Makes its network safe. Returns whether the container may start.
    ///
    /// A state that cannot be used always refuses the start. A fault in the host's policy or in an annotation, and a refusal by
    /// the kernel, do so only if the policy's `onError` is "fail".
    public func makeSafe(_ journal: borrowing ContainerLog) -> Bool {
        let host: HostPolicy
        do throws(PolicyError) { host = try readPolicy() } catch {
            journal.write(.error, error.description)
            return false
        }
        var policy = host.policy
        let annotations = Annotations(annotations, over: &policy)
        if let fault = host.refusal(by: policy) ?? annotations.refusal(by: policy) {
            journal.write(.error, fault.description)
            return false
        }
        for line in host.warnings + annotations.warnings { journal.write(.warning, line, .finding(.policyFault)) }
        if let skip = annotations.skip {
            journal.write(.notice, "left alone, as annotation \(skip) says", .leftAlone)
            leaveAlone(journal)
            return true
        }
        return makeSafe(policy, leaving: Mark(policy, besides: host.policy), journal)
    }

    /// The host's policy. Where files were lacking at first, standard input has been closed since, which leaves one more.
    private func readPolicy() throws(PolicyError) -> HostPolicy {
        if case .success(let host) = host { return host }
        return try HostPolicy.load()
    }

    /// Leaves the mark by which later runs leave the container alone. Nothing keeps it from starting.
    private func leaveAlone(_ journal: borrowing ContainerLog) {
        CrashReport.end(with: 0)
        do throws(KernelError) { try Host().markAsLeftAlone(try openNamespace()) } catch {
            journal.write(.warning, error.description)
        }
    }

    private func makeSafe(_ policy: Policy, leaving mark: Mark, _ journal: borrowing ContainerLog) -> Bool {
        // From here on the container's own policy decides about a crash, as it does about the kernel's refusal.
        CrashReport.end(with: Self.crashStatus(policy))
        let namespace: NetworkNamespace
        do { namespace = try openNamespace() } catch {
            // A process that is not there is invalid input; anything else is a refusal by the kernel.
            guard [.noEntry, .noSuchProcess].contains(error.errno) else {
                return mayStart(after: error, policy, journal)
            }
            journal.write(.error, error.description)
            return false
        }
        do throws(KernelError) {
            let (isObeyed, refusal) = try makeSafe(namespace, policy, leaving: mark, journal)
            return isObeyed && refusal.map { mayStart(after: $0, policy, journal) } ?? true
        } catch { return mayStart(after: error, policy, journal) }
    }

    /// Whether the container may start though the kernel refused something, and says what.
    private func mayStart(after failure: KernelError, _ policy: Policy, _ journal: borrowing ContainerLog) -> Bool {
        let description = failure.description + (failure.advice.map { "; \($0)" } ?? "")
        guard policy.onError == .warn else {
            journal.write(.error, description)
            return false
        }
        journal.write(.warning, "\(description); the container starts all the same (onError is \"warn\")")
        return true
    }

    /// The namespace of exactly this process. A later process with the same pid is refused.
    private func openNamespace() throws(KernelError) -> NetworkNamespace {
        let process = try ProcessHandle(pid)
        let started = try process.startTime()
        // The container's process must be older than this program.
        let isSame: Bool
        if let startTime {
            isSame = startTime == started
        } else {
            isSame = try started <= ProcessHandle(OwnProcess.id).startTime()
        }
        guard isSame else {
            throw KernelError(
                "look at process \(pid)", .noSuchProcess, explanation: "it has ended, and another process has its pid")
        }
        return try process.networkNamespace()
    }

    /// Returns the last refusal and logs the others. The container's part is done even if the host's cannot be. `isObeyed`: not if
    /// its wish for a default route must be met and cannot be. A wrong way out would be a leak.
    private func makeSafe(
        _ namespace: consuming NetworkNamespace, _ policy: Policy, leaving mark: Mark,
        _ journal: borrowing ContainerLog
    ) throws(KernelError) -> (isObeyed: Bool, refusal: KernelError?) {
        var policy = policy
        // --network host: the container has no network of its own.
        guard var host = try Host.translating(for: namespace, &policy, journal) else { return (true, nil) }
        // podman sets this on every container. From version 6 on it names in the order given, but nothing tells the version.
        let isPodmans = annotations.contains { $0.name == "io.container.manager" && $0.value.string == "libpod" }
        let run = ContainerRun(.start(leaving: mark), policy, namesAreRandom: isPodmans)
        let outcome = try run.carryOut(in: namespace, on: &host, warn: { journal.write(.warning, $0, $1) }) { plan in
            !plan.interfaces.allSatisfy { $0 == "lo" } && !(plan.isWishUnmet && policy.onError == .fail)
        }
        let isObeyed = !(outcome.plan.isWishUnmet && policy.onError == .fail)
        for line in outcome.plan.unmetWishes.texts(of: "evenkeel.default-route=") {
            journal.write(isObeyed ? .warning : .error, line, .finding(.wishUnmet))
        }
        guard let report = outcome.report else {
            if isObeyed { journal.write(.notice, isStarting ? Self.withoutNetwork : Self.tooEarly) }
            return (isObeyed, nil)
        }
        journal.write(report)
        let failures = report.failures + (outcome.plan.hostFailure.map { [$0] } ?? [])
        for failure in failures.dropLast() { journal.write(.warning, failure.description) }
        return (true, failures.last)
    }

    private static let withoutNetwork = "it has no network, so nothing was done"

    private static let tooEarly =
        "it has no network yet, so nothing was done; where networks come after the hooks (--userns, Docker 28 and later), "
        + "evenkeel-runtime makes them safe"
}
