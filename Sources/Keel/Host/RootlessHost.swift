import LinuxSystem
import Netlink

// Rootless engines set up their networks in a namespace of their own, the rootless network namespace, and translate addresses
// there. The host's namespace belongs to the host's root.

extension Host {
    /// The host as one container sees it: the namespace in which its packets are translated. Nil if the container has no network
    /// of its own.
    ///
    /// If that namespace cannot be reached, the policy loses what would be done there, and the log says so.
    static func translating(
        for container: borrowing NetworkNamespace, _ policy: inout Policy, _ journal: borrowing ContainerLog
    ) throws(KernelError) -> Host? {
        let own = try Host()
        if own.isOwn(container) { return nil }
        // Outside of a user namespace process 1's namespace can be read, which is the cheaper check.
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

    /// The paths where podman mounts it: version 4 under `netns`, 5 under `containers/networks`.
    private static func rootlessNamespaces(of user: UInt32) -> [String] {
        let runtime = "/run/user/\(user)"
        let folders = ["\(runtime)/netns", "\(runtime)/containers/networks/rootless-netns"]
        return folders.flatMap { folder in
            var names: [String] = []
            do throws(KernelError) { names = try Directory.names(in: folder) } catch {}
            return names.filter { $0.begins(with: "rootless-") }.map { "\(folder)/\($0)" }
        }
    }

    /// Nil if the path is gone, or belongs to another user.
    private static func rootless(_ path: String) -> Host? {
        do throws(KernelError) { return try Host(in: try NetworkNamespace(path: path)) } catch {
            return nil
        }
    }

    /// Whether an interface pair leads from this namespace to the container.
    private mutating func leads(to container: borrowing NetworkNamespace) -> Bool {
        do { return try socket.namespaceID(of: container) != nil } catch { return false }
    }
}
