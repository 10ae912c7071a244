import LinuxSystem
import Netlink

// Rootless engines set up their networks in a namespace of their own, the rootless network namespace, which is where
// addresses are translated. The host's belongs to the host's root.

extension Host {
    /// The host as one container sees it: the namespace in which its packets are translated. Nil for a container that has no
    /// network of its own.
    ///
    /// Where that cannot be reached, the policy loses what would be done there, and the journal says so.
    static func translating(
        for container: borrowing NetworkNamespace, _ policy: inout Policy, _ journal: borrowing ContainerLog
    ) throws(KernelError) -> Host? {
        let own = try Host()
        if own.isOwn(container) { return nil }
        // Elsewhere than in a user namespace process 1 can be looked at, which is cheaper to find out.
        guard own.identityOfInit == nil, let user = UserNamespace.outerUser() else { return own }
        for path in rootlessNamespaces(of: user) {
            guard var host = rootless(path) else { continue }
            if host.leads(to: container) { return host }
        }
        if policy.invalid.mode != .keep {
            policy.invalid.mode = .keep
            journal.write(
                .notice,
                "rootless: the host's firewall is not this user's, so INVALID segments are not looked after; "
                    + "with slirp4netns and pasta, which translate by themselves, nothing is missing")
        }
        _ = own.returnHome()
        return own
    }

    /// Where podman binds it: 4 under `netns`, 5 under `containers/networks`.
    private static func rootlessNamespaces(of user: UInt32) -> [String] {
        let runtime = "/run/user/\(user)"
        let folders = ["\(runtime)/netns", "\(runtime)/containers/networks/rootless-netns"]
        return folders.flatMap { folder in
            var names: [String] = []
            do throws(KernelError) { names = try Directory.names(in: folder) } catch {}
            return names.filter { $0.begins(with: "rootless-") }.map { "\(folder)/\($0)" }
        }
    }

    /// Nil for what is another's, or gone.
    private static func rootless(_ path: String) -> Host? {
        do throws(KernelError) { return try Host(in: try NetworkNamespace(path: path)) } catch {
            return nil
        }
    }

    /// Whether an interface pair leads from here to the container.
    private mutating func leads(to container: borrowing NetworkNamespace) -> Bool {
        do { return try socket.namespaceID(of: container) != nil } catch { return false }
    }
}
