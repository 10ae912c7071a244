public import JSON
import LinuxSystem
import Netlink

/// A container that an engine is about to start, for the programs that engines run: who it is and what was said of it.
public struct EngineContainer: Sendable {
    private let pid: Int32
    private let startTime: UInt64?
    private let annotations: [JSON.Member]
    private let isStarting: Bool

    /// `startTime`, in clock ticks since boot, tells the process from a later one of the same number. `isStarting`: what
    /// it was created for is about to run, so that no network comes later.
    public init(pid: Int32, startTime: UInt64? = nil, annotations: [JSON.Member], isStarting: Bool = false) {
        self.pid = pid
        self.startTime = startTime
        self.annotations = annotations
        self.isStarting = isStarting
    }

    /// What a crash is to end with before a container's own policy is known: 0 lets it start.
    public static func crashStatus() -> Int32 {
        do { return crashStatus(try Policy.host()) } catch { return 1 }
    }

    private static func crashStatus(_ policy: Policy) -> Int32 { policy.onError == .fail ? 1 : 0 }

    /// Makes its network safe; whether the container may start.
    ///
    /// Input that makes no sense always keeps it from starting. What the kernel refuses does where the policy says so.
    public func makeSafe(_ journal: borrowing ContainerLog) -> Bool {
        do throws(PolicyError) {
            let annotations = try Annotations(annotations)
            if try annotations.isSkipped() { return true }
            var policy = try Policy.host()
            try annotations.overlay(&policy)
            return makeSafe(policy, journal)
        } catch {
            journal.write(.error, error.description)
            return false
        }
    }

    private func makeSafe(_ policy: Policy, _ journal: borrowing ContainerLog) -> Bool {
        // From here on a defect of ours weighs as much as the kernel's refusal.
        CrashReport.end(with: Self.crashStatus(policy))
        let namespace: NetworkNamespace
        do { namespace = try openNamespace() } catch {
            journal.write(.error, error.description)
            return false
        }
        let failure: KernelError
        do throws(KernelError) {
            guard let refusal = try makeSafe(namespace, policy, journal) else { return true }
            failure = refusal
        } catch { failure = error }
        let description = failure.description + (failure.advice.map { "; \($0)" } ?? "")
        guard policy.onError == .warn else {
            journal.write(.error, description)
            return false
        }
        journal.write(.warning, "\(description); the container starts all the same (onError is \"warn\")")
        return true
    }

    /// The namespace of just this process. Whatever has its number by now is refused.
    private func openNamespace() throws(KernelError) -> NetworkNamespace {
        let process = try ProcessHandle(pid)
        let started = try process.startTime()
        // Nobody is started after the program that looks after its start.
        let isSame: Bool
        if let startTime {
            isSame = startTime == started
        } else {
            isSame = try started <= ProcessHandle(OwnProcess.id).startTime()
        }
        guard isSame else {
            throw KernelError(
                "look at process \(pid)", .noSuchProcess, explanation: "it has ended, and another has its number")
        }
        return try process.networkNamespace()
    }

    /// The last of what was refused; the others are said. The container's part is done even where the host's cannot be.
    private func makeSafe(
        _ namespace: consuming NetworkNamespace, _ policy: Policy, _ journal: borrowing ContainerLog
    ) throws(KernelError) -> KernelError? {
        var policy = policy
        // --network host: there is nothing of the container's own.
        guard var host = try Host.translating(for: namespace, &policy, journal) else { return nil }
        // podman has it in every container's annotations; from version 6 on it deals names in the order given, which nothing tells.
        let isPodmans = annotations.contains { $0.name == "io.container.manager" && $0.value.string == "libpod" }
        let run = ContainerRun(.start, policy, namesAreRandom: isPodmans)
        let outcome = try run.carryOut(in: namespace, on: &host, warn: { journal.write(.warning, $0) }) { plan in
            !plan.interfaces.allSatisfy { $0 == "lo" }
        }
        guard let report = outcome.report else {
            journal.write(.notice, isStarting ? "it has no network, so nothing was done" : Self.tooEarly)
            return nil
        }
        journal.write(report)
        let failures = report.failures + (outcome.plan.hostFailure.map { [$0] } ?? [])
        for failure in failures.dropLast() { journal.write(.warning, failure.description) }
        return failures.last
    }

    private static let tooEarly =
        "it has no network yet, so nothing was done; where networks come after the hooks (--userns, Docker 28 and later), "
        + "evenkeel-runtime makes them safe"
}
