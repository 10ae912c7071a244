import JSON
import LinuxSystem
import Netlink

/// The gateways that a pod wants its default routes by, as Multus reads them: `default-route` of the objects in the annotation
/// `k8s.v1.cni.cncf.io/networks`. (The short form, names with commas between them, cannot say it.)
struct MultusNetworks {
    static var annotation: String { "k8s.v1.cni.cncf.io/networks" }
    private static var mostBytes: Int { 1 << 16 }
    private static var mostGateways: Int { 32 }

    private(set) var gateways: [String] = []
    /// Why nothing of it counts.
    private(set) var problem: String?

    init(_ value: JSON) { read(value) }

    private mutating func read(_ value: JSON) {
        guard let text = value.string else { return problem = "it is \(value.kind), not a string" }
        // Whoever wrote the short form wished for no route.
        guard text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") else { return }
        guard text.utf8.count <= Self.mostBytes else { return problem = "it has more than \(Self.mostBytes) bytes" }
        let networks: JSON
        do { networks = try JSON(parsing: Array(text.utf8)) } catch {
            return problem = "it is not JSON: \(error.description)"
        }
        for network in networks.elements ?? [] {
            guard let routes = network["default-route"], routes != .null else { continue }
            guard let list = routes.elements else { return refuse("default-route is \(routes.kind), not an array") }
            for gateway in list {
                guard let text = gateway.string, IPAddress(text) != nil else {
                    return refuse("default-route holds \(printable(gateway.string ?? gateway.kind)), which is no address")
                }
                gateways.append(text)
            }
            if gateways.count > Self.mostGateways { return refuse("it names more than \(Self.mostGateways) gateways") }
        }
    }

    private mutating func refuse(_ reason: String) {
        gateways = []
        problem = reason
    }
}
