import Firewall
import LinuxSystem
import Netlink

// What a run over the host itself does that one over a container does not.

extension Host {
    /// The interfaces on this host by which packets of these network namespaces come in: a bridge, or a veth's host end.
    ///
    /// They are found from here: no namespace is entered, and one that has gone is passed over.
    mutating func entrances(of namespaces: [String]) throws(KernelError) -> [String] {
        guard !namespaces.isEmpty else { return [] }
        // Before anything else: to list an interface whose other end is elsewhere, the kernel gives that namespace an id.
        let links = try socket.links()
        var ids: [Int32] = []
        for path in namespaces {
            let namespace: NetworkNamespace
            do { namespace = try NetworkNamespace(path: path) } catch { continue }
            if !isOwn(namespace), let id = try socket.namespaceID(of: namespace) { ids.append(id) }
        }
        var names: [String] = []
        for end in links where end.kind == "veth" {
            guard let id = end.peerNamespaceID, ids.contains(id) else { continue }
            let bridge = links.first { $0.index == end.master && $0.kind == "bridge" }
            _ = names.appendIfNew((bridge ?? end).name)
        }
        return names
    }

    /// Carries one change out by itself; nil where another run has done it meanwhile.
    mutating func carryOut(_ change: Change) -> Step? {
        do throws(KernelError) {
            if case .set(let sysctl, let value) = change.action {
                guard try set(sysctl, value, change.verb) else { return nil }
            } else {
                try apply(change)
            }
            return .done(change)
        } catch {
            // Somebody else has taken the table away.
            if case .commit = change.action, change.verb == .remove, error.errno == .noEntry { return .done(change) }
            return .failed(change, error.attempting(change.attempt))
        }
    }

    /// What a sysctl was is remembered, so that it can be taken back; in a namespace that ends with its engine there is no
    /// need.
    private func set(_ sysctl: Sysctl, _ value: Int, _ verb: Change.Verb) throws(KernelError) -> Bool {
        do throws(KernelError) {
            guard isMachine else {
                try sysctl.write(value)
                return true
            }
            var record = try SysctlRecord()
            return verb == .restore ? try record.restore(sysctl) : try record.set(sysctl, to: value)
        } catch {
            guard error.errno == .accessDenied, sysctl == .conntrackMax || sysctl == .conntrackBuckets else {
                throw error
            }
            throw KernelError(
                error.attempt, error.errno,
                explanation: "it is the machine's, and can be set only in its initial network namespace")
        }
    }
}
