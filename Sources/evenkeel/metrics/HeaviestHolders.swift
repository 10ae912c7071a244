import ConntrackUsage
import Keel
import LinuxSystem
import Metrics

/// The containers that hold most entries of the host's connection tracking table.
struct HeaviestHolders {
    /// Each is a time series: as many as a graph can show.
    static let most = 10

    /// The name and the number of each, the greatest first.
    let containers: [(name: String, entries: Int)]

    /// Reads the table; nil while connection tracking is not loaded.
    init?() throws(KernelError) {
        let report = try TopReading(by: .container).report(ConntrackUsers.counters)
        if report.count == nil { return nil }
        self.init(report.users)
    }

    /// Leaves out the host and the outside. Containers of one name count as one: a name may be a label's value only once.
    init(_ users: [ConntrackUser]) {
        var containers: [(name: String, entries: Int)] = []
        for user in users {
            guard let owner = user.owner, !owner.isHost else { continue }
            let name = Self.name(owner)
            if let place = containers.firstIndex(where: { $0.name == name }) {
                containers[place].entries += user.entries
            } else {
                containers.append((name, user.entries))
            }
        }
        containers.sort { $0.entries != $1.entries ? $0.entries > $1.entries : $0.name < $1.name }
        self.containers = Array(containers.prefix(Self.most))
    }

    private static let mostNames = 3

    /// Containers with one address are named together, as `evenkeel host top` has them.
    private static func name(_ owner: AddressOwners.Owner) -> String {
        let rest = owner.names.count - mostNames
        return owner.names.prefix(mostNames).map(printable).joined(separator: " or ")
            + (rest > 0 ? " or \(rest) more" : "")
    }

    func add(to text: inout Exposition) {
        text.gauge(
            "evenkeel_conntrack_container_entries",
            "Entries of the connection tracking table that a container opened or answers, for those with most.",
            "container",
            containers.map { ($0.name, "\($0.entries)") })
    }
}
