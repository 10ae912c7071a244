import JSON
import LinuxSystem
import Netlink

/// The networks of this host's engines: podman's from its network files, CNI's from its lists, Docker's from what the watcher has
/// written down. Files that are faulty, too large, or not readable are passed over: a name is a convenience.
public struct EngineNetworks: Sendable {
    public private(set) var all: [EngineNetwork] = []
    /// How many bytes of documents may still be read: a user's must not keep root's programs busy.
    private var room = 1 << 22

    /// Reads the files of root's engines, or of a user's rootless ones.
    public init(of user: UInt32? = nil) {
        if let user {
            guard let home = User.home(user) else { return }
            read(.podman, in: "\(home)/.local/share/containers/storage/networks", isUsers: true)
            read(.cni, in: "\(home)/.config/cni/net.d", isUsers: true)
        } else {
            read(.podman, in: "/etc/containers/networks", isUsers: false)
            read(.cni, in: "/etc/cni/net.d", isUsers: false)
            let record = document(RunDirectory.networksFile, isUsers: false)
            for network in record?["networks"]?.elements ?? [] { take(Self.network(network, .record)) }
        }
        // podman has no file for its default network until somebody changes it.
        if !all.contains(where: { $0.name == "podman" }) { take(EngineNetwork("podman", bridge: "podman0")) }
    }

    /// Who wrote a description of a network.
    enum Source {
        /// One of podman's network files (netavark).
        case podman
        /// A configuration list of CNI.
        case cni
        /// The watcher: `{"name": "back", "engine": "docker", "bridge": "br-0123456789ab", "subnets": ["10.89.1.0/24"]}`, or
        /// "parent" in place of a bridge.
        case record
    }

    private mutating func take(_ network: EngineNetwork?) {
        if let network, all.count < Self.mostNetworks { all.append(network) }
    }

    private static let mostNetworks = 2048

    private static let (mostFiles, mostUsersFiles) = (1024, 256)

    @inline(never)
    private mutating func read(_ source: Source, in folder: String, isUsers: Bool) {
        var names: [String] = []
        do throws(KernelError) {
            names =
                isUsers
                ? try Directory.names(inUsers: folder, atMost: Self.mostUsersFiles) : try Directory.names(in: folder)
        } catch { return }
        for name in names.prefix(Self.mostFiles) where name.ends(with: source == .cni ? ".conflist" : ".json") {
            if let document = document("\(folder)/\(name)", isUsers: isUsers) {
                take(Self.network(document, source))
            }
        }
    }

    /// Nil for a file that cannot be read, is no JSON, or is another user's among root's.
    private mutating func document(_ path: String, isUsers: Bool) -> JSON? {
        let text: [UInt8]
        do throws(KernelError) {
            let file =
                isUsers
                ? try FileDescriptor(openingUsers: path) : try FileDescriptor(opening: path, .readWithoutWaiting)
            let status = try FileStatus(of: file, name: path)
            // What is in a user's file concerns that user alone.
            guard isUsers || status.isRoots else { return nil }
            let limit = min(1 << 20, room)
            guard status.size <= limit else { return nil }
            text = try file.readAll(limit: limit, name: path)
        } catch { return nil }
        room -= text.count
        do throws(JSONError) { return try JSON(parsing: text) } catch { return nil }
    }

    /// The network that a document describes; nil if it has no possible name.
    static func network(_ document: JSON, _ source: Source) -> EngineNetwork? {
        var subnets: [IPPrefix] = []
        var (bridge, parent): (JSON?, JSON?)
        switch source {
        case .podman:
            let interface = document["network_interface"]
            if document["driver"]?.string == "bridge" { bridge = interface } else { parent = interface }
            append(document["subnets"], named: "subnet", to: &subnets)
        case .cni:
            // The first plugin makes the interface; the bridge of one that names none is the plugin's default.
            let plugin = document["plugins"]?.elements?.first
            if plugin?["type"]?.string == "bridge" { bridge = plugin?["bridge"] ?? .string("cni0") }
            parent = plugin?["master"]
            if let ipam = plugin?["ipam"] {
                append(.array([ipam]), named: "subnet", to: &subnets)
                for range in ipam["ranges"]?.elements ?? [] { append(range, named: "subnet", to: &subnets) }
            }
        case .record:
            (bridge, parent) = (document["bridge"], document["parent"])
            append(document["subnets"], named: nil, to: &subnets)
        }
        return EngineNetwork(
            document["name"]?.string, isDockers: document["engine"]?.string == "docker",
            bridge: bridge?.string.flatMap { InterfaceName(text: $0) },
            parent: parent?.string.flatMap { InterfaceName(text: $0) }, subnets: subnets)
    }

    private static let mostSubnets = 16

    /// Reads a list of prefixes, or of objects with a member of that name.
    private static func append(_ list: JSON?, named name: String?, to subnets: inout [IPPrefix]) {
        for element in list?.elements ?? [] where subnets.count < mostSubnets {
            let text = name.map { element[$0] } ?? element
            if let prefix = text?.string.flatMap({ IPPrefix($0) }) { subnets.append(prefix) }
        }
    }
}
