import CNI
import JSON
import Keel
import OCI

extension FuzzTarget {
    static let ociState = FuzzTarget(
        name: "oci-state", input: "a container's state, as runtimes pass it to hooks", dictionary: "json"
    ) { text in
        do throws(StateError) {
            let state = try ContainerState(parsing: text)
            require(!state.id.isEmpty && state.pid >= 0, "a state without an id or with the pid \(state.pid)")
            requireHarmless(state.annotations)
        } catch { requirePlain(error.description) }
    }

    static let runtimeState = FuzzTarget(
        name: "runtime-state", input: "a runtime's command line, a line break, and its state file", dictionary: "json"
    ) { input in
        var choices = Choices(input)
        let words = choices.part(upTo: 0x0a).split(separator: 0x20, omittingEmptySubsequences: false)
        let invocation = RuntimeInvocation(words.map { String(decoding: $0, as: UTF8.self) })
        if let id = invocation.id, isContainerID(id) {
            require(!id.utf8.contains(UInt8(ascii: "/")) && id != "..", "the id \(id) leads to another folder")
        }
        let text = choices.remainder()
        let part = reading { () throws(JSONError) in try JSON(parsing: text, only: RuntimeState.members) }
        let whole = reading { () throws(JSONError) in try JSON(parsing: text) }
        guard case .success(let part) = part else {
            if case .success = whole { require(false, "the state can be read only whole") }
            return
        }
        let state = RuntimeState(part)
        require(state.map { $0.pid > 1 } ?? true, "a container whose process is \(state?.pid ?? 0)")
        // A name that stands twice is an error only if it is asked for.
        if case .success(let whole) = whole { require(state == RuntimeState(whole), "read in part it is another") }
    }

    private static let variables = [
        "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH", "CNI_ARGS",
    ]

    static let cniRequest = FuzzTarget(
        name: "cni-request", input: "a plugin's environment, six lines, and its standard input", dictionary: "json"
    ) { input in
        var choices = Choices(input)
        let values = variables.map { ($0, String(decoding: choices.part(upTo: 0x0a), as: UTF8.self)) }
        let configuration = choices.remainder()
        do throws(CNIError) {
            let request = try Request(
                variable: { name in values.first { $0.0 == name && !$0.1.isEmpty }?.1 }, configuration: configuration)
            try follow(request)
        } catch {
            require(Version.supported.contains(error.version), "an error in the version \(error.version)")
            requireRoundTrip(error.json)
        }
    }

    /// All that the plugin asks of a request.
    private static func follow(_ request: Request) throws(CNIError) {
        if [.add, .check, .delete].contains(request.command) {
            let name = request.interface.utf8
            require(!name.isEmpty && name.count <= 15 && !name.contains(UInt8(ascii: "/")), "an impossible interface")
            require(isIdentifier(request.containerID), "the container's id is \(request.containerID)")
        }
        requireRoundTrip(Version.answer(to: request.version))
        requireHarmless(request.podAnnotations)
        var policy = Policy()
        if let document = request.policy {
            let outcome = reading { () throws(PolicyError) in try policy.overlay(document, from: "fuzz") }
            if case .failure(let error) = outcome { requirePlain(error.description) }
        }
        if let whole = request.result(leavingOut: { _ in false }) {
            requireRoundTrip(whole)
            let routes = request.previousResult?["routes"]?.elements?.count
            require(whole["routes"]?.elements?.count == routes, "a route left though none was to leave")
        }
        _ = request.result { $0.gateway != nil }
        for arguments in try request.containerArguments() {
            require(arguments.settings.members != nil, "settings that are no object")
        }
    }

    static let protocols = [ociState, runtimeState, cniRequest]
}
