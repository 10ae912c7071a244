public import JSON

/// Why a container's state cannot be used.
public struct StateError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// The state that a runtime passes to a hook on standard input: OCI runtime specification, "State".
public struct ContainerState: Equatable, Sendable {
    public let id: String
    /// "creating", "created", "running" or "stopped".
    public let status: String
    /// The pid in the runtime's pid namespace; 0 if there is no process.
    public let pid: Int32
    public let annotations: [JSON.Member]

    public init(parsing text: [UInt8]) throws(StateError) {
        let state: JSON
        do { state = try JSON(parsing: text) } catch {
            throw StateError("the container's state on standard input is not JSON: \(error.description)")
        }
        guard state.members != nil else { throw StateError("the container's state is \(state.kind), not an object") }
        guard let id = state["id"]?.string, !id.isEmpty else { throw StateError("the container's state has no id") }
        guard let status = state["status"]?.string else { throw StateError("the container's state has no status") }
        let pid = state["pid"] ?? .integer(0)
        guard let number = pid.integer, let pid = Int32(exactly: number), pid >= 0 else {
            throw StateError("the pid in the container's state is \(pid.text()), not a process id")
        }
        let annotations = state["annotations"] ?? .null
        guard annotations == .null || annotations.members != nil else {
            throw StateError("the annotations in the container's state are \(annotations.kind), not an object")
        }
        self.id = id
        self.status = status
        self.pid = pid
        self.annotations = annotations.members ?? []
    }
}
