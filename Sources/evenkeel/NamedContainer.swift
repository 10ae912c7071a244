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
        let advice =
            hidden.isEmpty
            ? "`evenkeel doctor --json` lists all found containers; name a pod as NAMESPACE/POD, and give at least four "
                + "digits of an id"
            : "this user may not see the names of some containers: run it as root"
        return Failure(
            "no container with a network namespace of its own is called \(printable(name)); \(advice)")
    }
}
