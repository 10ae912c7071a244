import ConntrackUsage
import Discovery
import Keel
import LinuxSystem

extension AddressOwners {
    /// The addresses of the host and of every other network namespace, also an administrator's own: anyone who sends
    /// through the host may fill its table.
    static func ofThisHost() throws(KernelError) -> AddressOwners {
        var addresses = try NamespaceAddresses()
        let host = try addresses.ofHost()
        let survey = try Survey.all()
        let all =
            survey.namespaces.map { (found: $0.found, name: name($0)) }
            + survey.skipped.map { (found: $0.found, name: name(ofPath: $0.path)) }
        var containers: [Container] = []
        for (found, name) in all {
            do throws(KernelError) {
                containers.append(Container(name, try addresses.of(found.open())))
            } catch {
                // Skip a namespace that is gone, or that we may not open.
                continue
            }
        }
        return AddressOwners(host: host, containers: containers)
    }

    /// The first container's name, which in a pod is the pod's; without containers, the name of the namespace's file.
    private static func name(_ namespace: ContainerNamespace) -> String {
        let names = namespace.containers.map { $0.name ?? $0.shortID }
        return names.first ?? name(ofPath: namespace.path)
    }

    private static func name(ofPath path: String) -> String {
        let parts = path.split(separator: "/")
        return path.hasPrefix("/proc/") && parts.count > 1 ? "process \(parts[1])" : parts.last.map(String.init) ?? path
    }
}
