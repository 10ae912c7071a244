import CNI
import JSON
import Keel
import LinuxSystem

/// A request is a few kilobytes; a hundred times as much is somebody's mistake.
private let inputLimit = 1 << 20

func readRequest() throws(CNIError) -> Request {
    let text: [UInt8]
    do { text = try FileDescriptor.readStandardInput(limit: inputLimit) } catch {
        throw CNIError(
            error.errno == .tooBig ? .decoding : .inputOutput, "the network configuration cannot be read",
            details: error.description)
    }
    return try Request(variable: Environment.variable, configuration: text)
}

/// Carries the request out; what it returns is to be printed.
func answer(_ request: Request) throws(CNIError) -> JSON? {
    switch request.command {
    case .version: return Version.answer(to: request.version)
    case .add:
        try add(request)
        return request.previousResult
    case .check:
        try check(request)
        return nil
    case .delete:
        try delete(request)
        return nil
    }
}

private func add(_ request: Request) throws(CNIError) {
    var keel = try open(request, try policy(request))
    let report = keel.apply(try plan(&keel))
    tell(report)
    guard let failure = report.failures.first else { return }
    for other in report.failures.dropFirst() { say(other.description) }
    throw CNIError(failure)
}

private func check(_ request: Request) throws(CNIError) {
    var keel = try open(request, try policy(request))
    let plan = try plan(&keel)
    guard plan.isEmpty else {
        let differences = (plan.namespace + plan.host).map { $0.attempt }.joined(separator: "; ")
        throw CNIError(.differs, "the container's network is not as it must be", details: "to do: \(differences)")
    }
}

/// Forgiving: a DEL that fails would keep the chain's other plugins from cleaning up. What cannot be done is said.
private func delete(_ request: Request) throws(CNIError) {
    guard !request.namespacePath.isEmpty else { return }
    do throws(CNIError) {
        var keel = try open(request, try policy(request))
        tell(keel.apply(try plan(&keel, leaving: request.interface)))
    } catch {
        say("\(error.message): \(error.details)")
    }
}

private func policy(_ request: Request) throws(CNIError) -> Policy {
    do throws(PolicyError) {
        var policy = try Policy.host()
        if let document = request.policy { try policy.overlay(document, from: "policy in the network configuration") }
        return policy
    } catch {
        throw CNIError(.invalidConfiguration, "the policy is wrong", details: error.description)
    }
}

/// Opens the host, then the container's namespace, which must not be the host's.
private func open(_ request: Request, _ policy: Policy) throws(CNIError) -> Guard {
    let host: Host
    do { host = try Host() } catch { throw CNIError(error) }
    let namespace: NetworkNamespace
    do { namespace = try NetworkNamespace(path: request.namespacePath) } catch {
        throw CNIError(
            .invalidNamespace, error.description,
            details: "CNI_NETNS must be the path of the container's network namespace")
    }
    guard !host.isOwn(namespace) else {
        throw CNIError(
            .invalidNamespace, "CNI_NETNS \(request.namespacePath) is the host's own network namespace",
            details: "a container that shares the host's network needs no CNI; the host's routes are never touched")
    }
    do { return Guard(host, try Container(namespace, of: host), policy) } catch { throw CNIError(error) }
}

/// Whatever cannot be looked at, container or host, is found out before anything is changed.
private func plan(_ keel: inout Guard, leaving: String? = nil) throws(CNIError) -> Plan {
    do throws(KernelError) {
        let plan = try keel.plan(leaving: leaving)
        if let failure = keel.hostFailure { throw failure }
        return plan
    } catch { throw CNIError(error) }
}

extension CNIError {
    /// The kernel's refusal, in the protocol's words.
    fileprivate init(_ error: KernelError) {
        self.init(.kernel, error.description, details: error.advice ?? "the host's kernel log may tell more")
    }
}

private func tell(_ report: Report) {
    for line in report.lines { say(line) }
}

func say(_ line: String) { FileDescriptor.writeStandardError("evenkeel: \(line)\n") }
