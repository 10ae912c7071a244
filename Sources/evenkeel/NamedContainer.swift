import LinuxSystem
import Discovery
import Keel

extension Survey {
    /// The containers with this name or id; nil if there are none.
    func find(_ name: String) -> Survey? {
        let named = called(name)
        return named.namespaces.isEmpty && named.hidden.isEmpty ? nil : named
    }

    /// The error if there are none.
    func absence(of name: String) -> Failure {
        let names = (namespaces + rootless).flatMap { $0.containers }.compactMap { $0.name }
        if let near = nearest(to: name, among: names) {
            return Failure("no running container is called \(printable(name)); did you mean \(printable(near))?")
        }
        let advice =
            hidden.isEmpty
            ? "`evenkeel status` lists all that run; name a pod as NAMESPACE/POD, and give at least four digits of an id"
            : "this user may not see the names of some containers: run it as root"
        return Failure(
            "no running container with a network namespace of its own is called \(printable(name)); \(advice)")
    }
}
