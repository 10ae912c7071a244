public import JSON
import LinuxSystem

/// Containers' names, read from the state files that engines keep beside the root file systems.
///
/// A container has no name if its state file is missing, unreadable, or not as expected.
public struct Names {
    /// podman's and CRI-O's names by id; read at first use.
    private var stored: [String: String]?

    /// Adds the container's name, and its engine if only the state file tells it. Not for an ordinary user's, who may claim an id
    /// of root's.
    mutating func named(_ claim: Claim) -> ContainerIdentity {
        var named = claim.container
        if named.name == nil && claim.user == 0 { look(up: &named) }
        return named
    }

    private mutating func look(up container: inout ContainerIdentity) {
        switch container.engine {
        case .podman, .crio: container.name = stored(container.id)
        case .docker: container.name = Self.ofDocker(container.id)
        case .containerd: container.name = ContainerdTask.name(of: container.id)
        case nil: tryAll(&container)
        }
    }

    private mutating func tryAll(_ container: inout ContainerIdentity) {
        // CRI-O's names begin with k8s_, which podman's could, too.
        if let name = stored(container.id) {
            (container.name, container.engine) = (name, name.begins(with: "k8s_") ? .crio : .podman)
        } else if let name = Self.ofDocker(container.id) {
            (container.name, container.engine) = (name, .docker)
        } else if let name = ContainerdTask.name(of: container.id) {
            (container.name, container.engine) = (name, .containerd)
        }
    }

    private mutating func stored(_ id: String) -> String? {
        let known = stored ?? Self.readStored()
        stored = known
        return known[id]
    }

    /// Reads the list that containers/storage keeps for root. An ordinary user's list is in a home directory, which may be on an
    /// unreachable server; root's program must not wait for that. conmon's command line has those names.
    private static func readStored() -> [String: String] {
        var names: [String: String] = [:]
        for driver in ["overlay", "vfs"] {
            for file in ["containers.json", "volatile-containers.json"] {
                let path = "/var/lib/containers/storage/\(driver)-containers/\(file)"
                for entry in StateFile.read(path, limit: 8 << 20)?.elements ?? [] {
                    guard let id = entry["id"]?.string, let name = entry["names"]?.elements?.first?.string
                    else { continue }
                    names[id] = name
                }
            }
        }
        return names
    }

    /// The name of a container that is being started, for messages about it; nil if nothing readable tells it. `pid`: its first
    /// process. The cheap ways alone: at most four small files, and none that lists all containers.
    public static func ofStarting(id: String, pid: Int32, annotations: [JSON.Member]) -> String? {
        if let name = ContainerdTask.name(.object(annotations)) { return name }
        guard ContainerID.isOne(id) else { return nil }
        return ofDocker(id) ?? Process(id: pid).nameOfMonitored(id)
    }

    private static func ofDocker(_ id: String) -> String? {
        let document = StateFile.read("/var/lib/docker/containers/\(id)/config.v2.json", limit: 1 << 20)
        return document?["Name"]?.string.map { name in
            String(decoding: name.utf8.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
        }
    }
}

/// A JSON file that an engine keeps.
enum StateFile {
    /// Nil if it is not there, not readable, not a regular file, longer than `limit`, or not JSON.
    static func read(_ path: String, limit: Int) -> JSON? {
        guard let text = text(path, limit) else { return nil }
        do { return try JSON(parsing: text) } catch { return nil }
    }

    private static func text(_ path: String, _ limit: Int) -> [UInt8]? {
        do {
            let file = try FileDescriptor(opening: path, .readWithoutWaiting)
            guard try FileStatus(of: file, name: path).isRegular else { return nil }
            return try file.readAll(limit: limit, name: path)
        } catch { return nil }
    }
}
