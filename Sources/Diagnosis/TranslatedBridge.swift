import ContainerRuntimes
import Discovery
import JSON
import Keel
import LinuxSystem
import Netlink

/// A bridge whose containers' addresses are translated, by the engine's own configuration.
struct TranslatedBridge: Hashable, Sendable {
    let engine: TranslatingEngine
    /// The network's name in the engine.
    let network: String
    /// The bridge interface.
    let bridge: InterfaceName
    /// The configuration that says so: a path or the network's name.
    let source: String
}

/// The program that makes the translation rules.
enum TranslatingEngine: Hashable, Sendable {
    /// podman's own network program, since version 4.
    case netavark
    /// The CNI plugin `bridge`: podman up to 5, containerd, CRI-O.
    case cni
    case docker
}

// Read from the engine's files or asked of its daemon. A doubtful bridge is left out.

extension TranslatedBridge {
    /// Root's podman networks.
    private static let netavarkFolder = "/etc/containers/networks"
    private static let cniFolder = "/etc/cni/net.d"

    /// `engines` are the inspected containers' engines; no other daemon is asked.
    static func all(of engines: Set<Engine?>) -> [TranslatedBridge] {
        var bridges: [TranslatedBridge] = []
        if engines.contains(.podman), leavesRulesToNetavark { bridges += netavark }
        if engines.contains(where: { $0 != .docker }) { bridges += cni }
        if engines.contains(.docker) { bridges += docker }
        return bridges
    }

    private static var netavark: [TranslatedBridge] {
        var bridges = documents(in: netavarkFolder, [".json"]).compactMap { netavark($0.document, $0.path) }
        // podman's default network needs no file.
        if !bridges.contains(where: { $0.network == "podman" }) {
            bridges.append(
                TranslatedBridge(
                    engine: .netavark, network: "podman", bridge: "podman0", source: "podman's default network"))
        }
        return bridges
    }

    static func netavark(_ document: JSON, _ path: String) -> TranslatedBridge? {
        guard document["driver"]?.string == "bridge", document["internal"]?.boolean != true,
            document["options"]?["mode"]?.string != "unmanaged", let name = document["name"]?.string,
            let bridge = document["network_interface"]?.string.flatMap({ InterfaceName(text: $0) })
        else { return nil }
        return TranslatedBridge(engine: .netavark, network: name, bridge: bridge, source: path)
    }

    /// Whether netavark makes rules: not with `firewall_driver` "none".
    private static var leavesRulesToNetavark: Bool {
        let files = ["/usr/share/containers/containers.conf", "/etc/containers/containers.conf"]
        let names = (try? Directory.names(in: "/etc/containers/containers.conf.d")) ?? []
        let all = files + names.sorted().map { "/etc/containers/containers.conf.d/\($0)" }
        return !all.contains { path in
            HookInstallation.text(of: path).flatMap { TOMLDocument($0) }?[["network", "firewall_driver"]]
                == .string("none")
        }
    }

    private static var cni: [TranslatedBridge] {
        documents(in: cniFolder, [".conflist", ".conf", ".json"]).flatMap { cni($0.document, $0.path) }
    }

    static func cni(_ document: JSON, _ path: String) -> [TranslatedBridge] {
        let plugins = document["plugins"]?.elements ?? [document]
        return plugins.filter { $0["type"]?.string == "bridge" && $0["ipMasq"]?.boolean == true }.compactMap { plugin in
            InterfaceName(text: plugin["bridge"]?.string ?? "cni0").map { bridge in
                TranslatedBridge(
                    engine: .cni, network: document["name"]?.string ?? path, bridge: bridge, source: path)
            }
        }
    }

    private static var docker: [TranslatedBridge] {
        guard DockerDaemon.isRunning, dockerMakesRules,
            let networks = DockerDaemon.ask(DockerDaemon.socket, "/networks")?.elements
        else {
            return []
        }
        return networks.compactMap { docker($0) }
    }

    static func docker(_ network: JSON) -> TranslatedBridge? {
        let option = { (key: String) in network["Options"]?["com.docker.network.bridge.\(key)"]?.string }
        guard network["Driver"]?.string == "bridge", network["Internal"]?.boolean != true,
            option("enable_ip_masquerade") != "false", option("gateway_mode_ipv4") ?? "nat" == "nat",
            let name = network["Name"]?.string, let id = network["Id"]?.string,
            let bridge = InterfaceName(text: option("name") ?? "br-\(id.prefix(12))")
        else { return nil }
        return TranslatedBridge(
            engine: .docker, network: name, bridge: bridge,
            source: "Docker's network \(name)")
    }

    private static var dockerMakesRules: Bool {
        let file = document("/etc/docker/daemon.json")
        let id = HookInstallation.text(of: "/run/docker.pid")?.filter { $0.isNumber } ?? ""
        let line = HookInstallation.text(of: "/proc/\(id)/cmdline") ?? ""
        let words = line.split(separator: "\0")
        return ["iptables", "ip-masq"].allSatisfy { key in
            file?[key]?.boolean != false && !words.contains { $0 == "--\(key)=false" || $0 == "-\(key)=false" }
        }
    }

    private static func documents(
        in folder: String, _ endings: [String]
    ) -> [(path: String, document: JSON)] {
        let names = (try? Directory.names(in: folder)) ?? []
        return names.sorted().filter { name in endings.contains { name.hasSuffix($0) } }.compactMap { name in
            let path = "\(folder)/\(name)"
            return document(path).map { (path, $0) }
        }
    }

    private static func document(_ path: String) -> JSON? {
        guard let text = HookInstallation.text(of: path) else { return nil }
        do { return try JSON(parsing: Array(text.utf8)) } catch { return nil }
    }
}
