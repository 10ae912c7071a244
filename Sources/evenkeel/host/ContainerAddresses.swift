import ConntrackUsage
import Discovery
import Keel
import LinuxSystem

extension AddressOwners {
    /// The host's and those of every other network namespace, an administrator's own among them: whoever sends through the
    /// host may fill its table.
    static func ofThisHost() throws(KernelError) -> AddressOwners {
        var addresses = try NamespaceAddresses()
        let host = try addresses.ofHost()
        let survey = try Survey.all()
        let found =
            survey.namespaces.map { (path: $0.path, name: name($0)) }
            + survey.skipped.map { (path: $0.path, name: name(ofPath: $0.path)) }
        var containers: [Container] = []
        for (path, name) in found {
            do throws(KernelError) {
                containers.append(Container(name, try addresses.of(NetworkNamespace(path: path))))
            } catch {
                // One that has gone meanwhile, or that we may not look at, is no finding.
                continue
            }
        }
        return AddressOwners(host: host, containers: containers)
    }

    /// The name of the first container in it, which in a pod is the pod's; where no engine tells them, that of the namespace's file.
    private static func name(_ namespace: ContainerNamespace) -> String {
        let names = namespace.containers.map { $0.name ?? $0.shortID }
        return names.first ?? name(ofPath: namespace.path)
    }

    private static func name(ofPath path: String) -> String {
        let parts = path.split(separator: "/")
        return path.hasPrefix("/proc/") && parts.count > 1 ? "process \(parts[1])" : parts.last.map(String.init) ?? path
    }
}
