import JSON
import LinuxSystem

/// The folders that containerd's shims keep, one for each running container.
enum ContainerdTask {
    private static let folder = "/run/containerd/io.containerd.runtime.v2.task"

    /// The containers of all of containerd's clients, by their first process. Docker's count as Docker's.
    static func byPID() -> [Int32: ContainerIdentity] {
        var tasks: [Int32: ContainerIdentity] = [:]
        for client in names(in: folder) {
            for id in names(in: "\(folder)/\(client)") {
                guard let pid = pid("\(folder)/\(client)/\(id)") else { continue }
                tasks[pid] = ContainerIdentity(id: id, engine: client == dockersClient ? .docker : .containerd)
            }
        }
        return tasks
    }

    private static let dockersClient = "moby"

    /// The name that the client gave the container, by the annotations in its OCI configuration.
    static func name(of id: String) -> String? {
        for client in names(in: folder) where client != dockersClient {
            let path = "\(folder)/\(client)/\(id)/config.json"
            guard let annotations = StateFile.read(path, limit: 1 << 20)?["annotations"] else { continue }
            return name(annotations)
        }
        return nil
    }

    static func name(_ annotations: JSON) -> String? {
        if let name = annotations["nerdctl/name"]?.string { return name }
        let word = { (key: String) in annotations["io.kubernetes.cri.\(key)"]?.string }
        guard let pod = word("sandbox-name"), let namespace = word("sandbox-namespace") else { return nil }
        return (["\(namespace)/\(pod)"] + (word("container-name").map { [$0] } ?? [])).joined(separator: "/")
    }

    private static func pid(_ task: String) -> Int32? {
        let path = "\(task)/init.pid"
        do {
            return Int32(try FileDescriptor.text(of: path, limit: 32))
        } catch { return nil }
    }

    private static func names(in directory: String) -> [String] {
        do { return try Directory.names(in: directory) } catch { return [] }
    }
}
