import Keel
import LinuxSystem

extension AddressOwners {
    /// The host's and those of every other network namespace, an administrator's own among them: whoever sends through the
    /// host may fill its table.
    static func ofThisHost() throws(KernelError) -> AddressOwners {
        var addresses = try NamespaceAddresses()
        let host = try addresses.ofHost()
        let discovery = try Discovery.all()
        let found =
            discovery.namespaces.map { (path: $0.path, name: name($0.path, $0.evidence)) }
            + discovery.skipped.map { (path: $0.path, name: name($0.path, "")) }
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

    /// The name of the namespace's file; where that says nothing, what ties the namespace to a container.
    private static func name(_ path: String, _ evidence: String) -> String {
        guard path.hasPrefix("/proc/") else { return path.split(separator: "/").last.map(String.init) ?? path }
        if evidence.hasPrefix("container ") { return String(evidence.dropFirst("container ".count)) }
        return "process " + path.split(separator: "/")[1]
    }
}
