import JSON
import Keel
import LinuxSystem
import OCI

/// Why the hook could not do its work.
struct HookError: Error, CustomStringConvertible {
    let description: String
    /// Whether the input was good and the kernel said no: then the policy's `onError` decides.
    let isKernelRefusal: Bool

    init(_ description: String) {
        self.description = description
        isKernelRefusal = false
    }

    init(_ error: KernelError) {
        description = error.description + (error.advice.map { "; \($0)" } ?? "")
        isKernelRefusal = true
    }
}

func readState() throws(HookError) -> ContainerState {
    if Terminal.isStandardInput {
        throw HookError(
            "this program is an OCI hook: a container runtime runs it, and passes the container's state to it")
    }
    let text: [UInt8]
    do { text = try FileDescriptor.readStandardInput(limit: inputLimit) } catch {
        throw HookError("\(error.description); a runtime passes the container's state there")
    }
    do { return try ContainerState(parsing: text) } catch {
        throw HookError("\(error.description); this program is an OCI hook and is run by a container runtime")
    }
}

/// Whether an annotation says that this container is none of our business. A word that is misspelt is an error: whoever
/// wrote it wanted something.
func isSkipped(_ state: ContainerState) throws(HookError) -> Bool {
    let known = ["evenkeel.skip", "evenkeel.default-route", "evenkeel.policy"]
    for annotation in state.annotations where annotation.name.hasPrefix("evenkeel.") && !known.contains(annotation.name)
    {
        throw HookError(
            "annotation \(printable(annotation.name)) is unknown; allowed: \(known.joined(separator: ", "))")
    }
    switch state.annotation("evenkeel.skip") {
    case nil, "false"?: return false
    case "true"?: return true
    case let other?:
        throw HookError("annotation evenkeel.skip is \"\(printable(other))\"; allowed: \"true\", \"false\"")
    }
}

/// The host's policy with the container's annotations laid over it.
func policy(of state: ContainerState) throws(HookError) -> Policy {
    do throws(PolicyError) {
        var policy = try Policy.host()
        if let document = state.annotation("evenkeel.policy") {
            try policy.overlay(Array(document.utf8), from: "annotation evenkeel.policy")
        }
        if let preferred = state.annotation("evenkeel.default-route") {
            let names = preferred.split(separator: ",", omittingEmptySubsequences: false).map {
                JSON.string(String($0))
            }
            let document = JSON.object([.init("defaultRoute", .object([.init("prefer", .array(names))]))])
            try policy.overlay(document, from: "annotation evenkeel.default-route")
        }
        return policy
    } catch { throw HookError(error.description) }
}

func guardContainer(_ state: ContainerState, _ policy: Policy) throws(HookError) {
    // Process 1 is the host's, and 0 means that there is none.
    guard state.pid > 1 else {
        let trouble = state.pid == 1 ? "names the host's process 1" : "has no process"
        throw HookError("the state of container \(state.id) \(trouble): use the stage createRuntime or prestart")
    }
    var host: Host
    do { host = try Host() } catch { throw HookError(error) }
    let namespace: NetworkNamespace
    do { namespace = try NetworkNamespace(path: "/proc/\(state.pid)/ns/net") } catch {
        // A process that is gone, or a path that is no namespace, is bad input; a refusal is the kernel's.
        let isGone = error.errno == .noEntry || error.errno == .invalid
        throw isGone ? HookError("container \(state.id): \(error.description)") : HookError(error)
    }
    // --network host: there is nothing of the container's own.
    if host.isOwn(namespace) { return }
    do throws(KernelError) { try makeSafe(Guard(try Container(namespace, of: host), policy), on: &host) } catch {
        throw HookError(error)
    }
}

private func makeSafe(_ keel: consuming Guard, on host: inout Host) throws(KernelError) {
    let report = keel.apply(try keel.plan(on: &host), on: &host)
    for line in report.lines { say(line) }
    // The container's part is done even where the host's cannot be.
    let failures = report.failures + (keel.hostFailure.map { [$0] } ?? [])
    guard let last = failures.last else { return }
    for failure in failures.dropLast() { say(failure.description) }
    throw last
}
