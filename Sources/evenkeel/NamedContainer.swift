import LinuxSystem
import Discovery
import Keel

extension Survey {
    /// Of the containers that somebody means with a name or an id; nil if there are none.
    func find(_ name: String) -> Survey? {
        let named = called(name)
        return named.namespaces.isEmpty && named.hidden.isEmpty ? nil : named
    }

    /// What is said where there are none.
    func absence(of name: String) -> Failure {
        let advice =
            hidden.isEmpty
            ? "`evenkeel doctor --json` lists those that were found; a pod is called NAMESPACE/POD, and of an id it takes "
                + "four digits"
            : "there are others whose names this user may not know: run it as root"
        return Failure(
            "no container with a network namespace of its own is called \(printable(name)); \(advice)")
    }
}
