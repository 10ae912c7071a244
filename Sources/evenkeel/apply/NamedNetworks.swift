import EngineNetworks
import JSON
import Keel
import Netlink

/// The names of a container's networks beside those of its interfaces, for people.
struct NamedNetworks {
    private var interfaces: [(name: InterfaceName, network: String)] = []

    init() {}

    /// What a run saw. `networks` are those of the engines that may have made it.
    init(_ outcome: ContainerRun.Outcome, among networks: [EngineNetwork]) {
        let names = NetworkNames(networks, outcome.snapshot, outcome.attachments)
        interfaces = outcome.snapshot.links.compactMap { link in names.network(of: link.index).map { (link.name, $0) } }
    }

    /// `dev eth1` becomes `dev eth1 (back)`.
    func named(_ text: String) -> String {
        guard !interfaces.isEmpty else { return text }
        var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for place in words.indices.dropFirst() where words[place - 1] == "dev" {
            // A comma or a bracket may follow the name.
            let name = words[place].prefix { $0 != "," && $0 != ")" }
            guard let network = interfaces.first(where: { $0.name.description == name })?.network else { continue }
            words[place] = "\(name) (\(network))\(words[place].dropFirst(name.count))"
        }
        return words.joined(separator: " ")
    }

    /// `{"eth1": "back"}`
    var json: JSON { .object(interfaces.map { .init($0.name.text, .string($0.network)) }) }
}
