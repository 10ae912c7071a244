package import LinuxSystem

/// A folder in which engines and `ip netns` bind-mount network namespaces. It need not be there.
package struct NamespaceFolder: Sendable {
    package let path: String
    private let place: Place
    /// The owner that a name in it tells.
    private let owner: @Sendable (_ name: String) -> BindMount.Owner

    init(_ path: String, of place: Place, _ owner: @escaping @Sendable (_ name: String) -> BindMount.Owner) {
        self.path = path
        self.place = place
        self.owner = owner
    }

    enum Place {
        case root
        /// An ordinary user's, who may put anything there. Nil in a user namespace: the ids are others there, and this program has no
        /// more rights than that user.
        case user(UInt32?)
    }

    /// Whether it is an ordinary user's.
    package var isUsers: Bool { if case .user = place { true } else { false } }

    /// The most names that are looked at in an ordinary user's folder.
    static let mostOfUser = 4096
    static let docker = "/run/docker/netns"

    /// Root's folders, and two for each user who has a folder in `/run/user`. If that cannot be listed, the error goes to
    /// `refusals`.
    package static func all(refusals: inout [KernelError]) -> [NamespaceFolder] {
        var folders = [
            roots, NamespaceFolder(docker, of: .root, BindMount.ownerInDocker),
        ]
        let isInitial = UserNamespace.outerUser() == nil
        for name in names(in: "/run/user", &refusals).sorted(by: isNaturallyOrdered) {
            guard let user = UInt32(name) else { continue }
            let place = Place.user(isInitial ? user : nil)
            let podmans = "/run/user/\(name)/containers/networks/rootless-netns"
            folders += [
                NamespaceFolder("/run/user/\(name)/netns", of: place, BindMount.ownerInRunNetns),
                NamespaceFolder(podmans, of: place) { $0 == "rootless-netns" ? .rootlessNetwork : .unknown },
            ]
        }
        return folders
    }

    /// The container's namespace at a path that an engine named, as root's engines name theirs; nil for any other.
    package static func mount(at path: String) -> BindMount? {
        var parts = path.parts(between: UInt8(ascii: "/"))
        guard let name = parts.popLast(), parts == ["", "run", "netns"] || parts == ["", "var", "run", "netns"] else {
            return nil
        }
        let mount = roots.mount(named: name)
        if case .container = mount?.owner { return mount }
        return nil
    }

    private static let roots = NamespaceFolder("/run/netns", of: .root, ownerInRootsNetns)

    /// CRI-O names all namespaces of a pod alike, each in a folder of its kind, `namespaces_dir` of crio.conf(5). A name in one of
    /// them alone may be anybody's.
    private static func ownerInRootsNetns(_ name: String) -> BindMount.Owner {
        let owner = BindMount.ownerInRunNetns(name)
        guard owner == .unknown, BindMount.isUUID(name),
            FileStatus.exists("/run/ipcns/\(name)") || FileStatus.exists("/run/utsns/\(name)")
        else { return owner }
        return .container(evidence: "CRI-O", engine: .crio)
    }

    /// What is bind-mounted on one file of the folder. Nil for what is no namespace (an engine makes the file first), has gone, or may
    /// not be inspected by this user.
    package func mount(named name: String) -> BindMount? {
        var user: UInt32?
        if case .user(let known) = place { user = known }
        do throws(KernelError) {
            return BindMount(found: try FoundNamespace(at: "\(path)/\(name)", of: user), owner: owner(name))
        } catch { return nil }
    }

    /// All that is bind-mounted in the folder. If it is root's and cannot be listed, the error goes to `refusals`; if it is an ordinary
    /// user's and has too many names, its path goes to `overfull`.
    func mounts(refusals: inout [KernelError], overfull: inout [String]) -> [BindMount] {
        var names: [String] = []
        switch place {
        case .root: names = Self.names(in: path, &refusals)
        case .user:
            // Only root can list those of others, which is not worth reporting.
            do { names = try Directory.names(inUsers: path, atMost: Self.mostOfUser + 1) } catch { return [] }
            if names.count > Self.mostOfUser {
                overfull.append(path)
                names.removeLast()
            }
        }
        return names.compactMap { mount(named: $0) }.sorted { isNaturallyOrdered($0.found.path, $1.found.path) }
    }

    private static func names(in directory: String, _ refusals: inout [KernelError]) -> [String] {
        do { return try Directory.names(in: directory) } catch {
            refusals.append(error)
            return []
        }
    }
}
