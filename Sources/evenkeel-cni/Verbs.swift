import CNI
import JSON
import Keel
import LinuxSystem

/// A request is a few kilobytes; a hundred times as much is somebody's mistake.
private let inputLimit = 1 << 20

func readRequest() throws(CNIError) -> Request {
    if Terminal.isStandardInput {
        throw CNIError(
            .invalidEnvironment, "this program is a CNI plugin: a container runtime runs it",
            details: "chain it: put {\"type\": \"evenkeel\"} behind the other plugins in a network's configuration list"
        )
    }
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
    case .collectGarbage:
        var host = try openHost()
        tell(host.collectGarbage())
        return nil
    case .status:
        try status()
        return nil
    }
}

private func add(_ request: Request) throws(CNIError) {
    let policy = try policy(request)
    var host = try openHost()
    var keel = try open(request, from: host, policy)
    let report = keel.apply(try plan(&keel, on: &host), on: &host)
    tell(report)
    guard let failure = report.failures.first else { return }
    for other in report.failures.dropFirst() { say(other.description) }
    throw CNIError(failure)
}

private func check(_ request: Request) throws(CNIError) {
    let policy = try policy(request)
    var host = try openHost()
    var keel = try open(request, from: host, policy)
    let plan = try plan(&keel, on: &host)
    guard plan.isEmpty else {
        let differences = (plan.namespace + plan.host).map { $0.attempt }.joined(separator: "; ")
        throw CNIError(.differs, "the container's network is not as it must be", details: "to do: \(differences)")
    }
}

/// Forgiving: a DEL that fails would keep the chain's other plugins from cleaning up. What cannot be done is said.
private func delete(_ request: Request) throws(CNIError) {
    guard !request.namespacePath.isEmpty else { return }
    do throws(CNIError) {
        let policy = try policy(request)
        var host = try openHost()
        var keel = try open(request, from: host, policy)
        let plan = try plan(&keel, on: &host, leaving: request.interface, forgiving: true)
        tell(keel.apply(plan, on: &host))
    } catch {
        say("\(error.message): \(error.details)")
    }
}

/// Not ready is said before a container is to be started, with what is missing.
private func status() throws(CNIError) {
    do throws(KernelError) {
        var host = try Host()
        try host.checkReadiness()
    } catch {
        throw CNIError(.notAvailable, error.description, details: CNIError(error).details)
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

/// The host's own is opened first, before any other namespace is entered.
private func openHost() throws(CNIError) -> Host {
    do { return try Host() } catch { throw CNIError(error) }
}

/// Opens the container's namespace, which must not be the host's.
private func open(_ request: Request, from host: borrowing Host, _ policy: Policy) throws(CNIError) -> Guard {
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
    do { return Guard(try Container(namespace, of: host), policy) } catch { throw CNIError(error) }
}

/// Whatever cannot be looked at, container or host, is found out before anything is changed.
private func plan(
    _ keel: inout Guard, on host: inout Host, leaving: String? = nil, forgiving: Bool = false
) throws(CNIError) -> Plan {
    do throws(KernelError) {
        let plan = try keel.plan(on: &host, leaving: leaving)
        if let failure = keel.hostFailure {
            guard forgiving else { throw failure }
            say(failure.description)
        }
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
