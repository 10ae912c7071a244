import JSON
import LinuxSystem
import Netlink

/// The gateways that a pod wants its default routes by, as Multus reads them: `default-route` of the objects in the annotation
/// `k8s.v1.cni.cncf.io/networks`. (The short form, names with commas between them, cannot say it.)
struct MultusNetworks {
    static var annotation: String { "k8s.v1.cni.cncf.io/networks" }

    private(set) var gateways: [String] = []
    /// Why nothing of it counts.
    private(set) var problem: String?

    init(_ value: JSON) { read(value) }

    private mutating func read(_ value: JSON) {
        // Whoever wrote the short form wished for no route.
        guard let text = value.string, text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") else { return }
        guard text.utf8.count <= 65536 else { return problem = "it has more than 65536 bytes" }
        let networks: JSON
        do { networks = try JSON(parsing: Array(text.utf8)) } catch {
            return problem = "it is not JSON: \(error.description)"
        }
        for network in networks.elements ?? [] {
            guard let routes = network["default-route"] else { continue }
            if case .null = routes { continue }
            for gateway in routes.elements ?? [routes] {
                guard let text = gateway.string, IPAddress(text) != nil, gateways.count < 32 else {
                    gateways = []
                    problem = "default-route must be an array of addresses, of all networks at most 32"
                    return
                }
                gateways.append(text)
            }
        }
    }
}
