package import JSON

/// A line of Docker's `GET /events`.
package enum DockerEvent: Equatable, Sendable {
    case started(container: String)
    case connected(container: String, network: String)
    case disconnected(container: String, network: String)
    /// A network was made, changed or removed.
    case networksChanged

    /// Nil for a line that tells of something else.
    package init?(parsing line: [UInt8]) throws(JSONError) {
        let said = try JSON(
            parsing: line,
            along: [["Type"], ["Action"], ["Actor", "ID"], ["Actor", "Attributes", "container"]], mostItems: 64)
        guard let type = said["Type"]?.string, let action = said["Action"]?.string else { return nil }
        let id = said["Actor"]?["ID"]?.string ?? ""
        let container = said["Actor"]?["Attributes"]?["container"]?.string ?? ""
        switch (type, action) {
        case ("container", "start") where DockerID.isOne(id): self = .started(container: id)
        case ("network", "connect") where DockerID.isOne(id) && DockerID.isOne(container):
            self = .connected(container: container, network: id)
        case ("network", "disconnect") where DockerID.isOne(id) && DockerID.isOne(container):
            self = .disconnected(container: container, network: id)
        case ("network", "create"), ("network", "destroy"), ("network", "remove"), ("network", "update"):
            self = .networksChanged
        default: return nil
        }
    }
}
