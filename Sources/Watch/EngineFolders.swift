import Discovery
import LinuxSystem

/// The folders in which engines put containers' namespaces, watched for new ones.
struct EngineFolders: ~Copyable {
    private let events: FolderEvents
    /// By the number of their watch.
    private var folders: [Int32: NamespaceFolder] = [:]
    /// The folders above them, in which they may appear.
    private var parents: [Int32] = []
    /// Names that appeared and are no namespaces yet: the engine mounts one on the file a moment later.
    private var fresh: [(folder: NamespaceFolder, name: String, since: UInt64)] = []
    /// When to look at these names again; nanoseconds.
    private(set) var retryDue: UInt64?
    /// When a name last stayed a plain file in an ordinary user's folder, or such a folder appeared: engines mount there in a mount
    /// namespace of their own, so the container's process alone leads to it. Nil if that is not known of any; nanoseconds.
    private(set) var hiddenSince: UInt64?

    /// Whether Docker's socket has appeared, and the one for a runtime's plugins, or its folder.
    private var (hasSocket, hasPluginSocket) = (false, false)

    /// A mount follows within a few milliseconds; nanoseconds.
    private static let (step, patience): (UInt64, UInt64) = (1_000_000, 100_000_000)
    /// A bound: names are others' choice.
    private static let most = 4096

    init() throws(KernelError) {
        events = try FolderEvents()
        watch()
    }

    var descriptor: Int32 { events.descriptor }

    /// Watches all that exist now. Watching one twice changes nothing.
    mutating func watch() {
        var refusals: [KernelError] = []
        let all = NamespaceFolder.all(refusals: &refusals)
        for parent in all.flatMap({ Self.parents(of: $0.path) }) + [NRIConnection.folder] {
            if let number = events.watch(parent), !parents.contains(number) { parents.append(number) }
        }
        for folder in all {
            if let number = events.watch(folder.path) { folders[number] = folder }
        }
    }

    /// `/run/docker/netns` may appear with `/run/docker`.
    private static func parents(of path: String) -> [String] {
        let parts = path.parts(between: UInt8(ascii: "/")).dropFirst()
        return (1..<parts.count).map { "/" + parts.prefix($0).joined(separator: "/") }
    }

    /// Takes note of what is new. Returns whether everything is to be looked at, because events were lost or a folder has appeared.
    mutating func read(at now: UInt64) -> Bool {
        var needsLook = false
        for event in events.read() {
            switch event.kind {
            case .lost: needsLook = true
            case .gone:
                folders[event.folder] = nil
                parents.removeAll { $0 == event.folder }
            case .new:
                if let folder = folders[event.folder] {
                    if fresh.count < Self.most { fresh.append((folder, event.name, now)) } else { needsLook = true }
                    retryDue = now
                }
                if parents.contains(event.folder) {
                    hasSocket = hasSocket || event.name == "docker.sock"
                    hasPluginSocket = hasPluginSocket || event.name == NRIConnection.socket || event.name == "nri"
                    let before = folders
                    watch()
                    let new = folders.filter { before[$0.key] == nil }
                    needsLook = needsLook || !new.isEmpty
                    // A name may have come before the folder was watched, and of that nothing will be heard.
                    if new.contains(where: { $0.value.isUsers }) { hiddenSince = now }
                }
            }
        }
        return needsLook
    }

    /// Whether Docker's socket has appeared since the last call.
    mutating func takeSocket() -> Bool {
        defer { hasSocket = false }
        return hasSocket
    }

    /// Whether the socket for a runtime's plugins may have appeared since the last call.
    mutating func takePluginSocket() -> Bool {
        defer { hasPluginSocket = false }
        return hasPluginSocket
    }

    /// The namespaces that are there now of the names that appeared.
    mutating func takeNew(at now: UInt64) -> [BindMount] {
        var found: [BindMount] = []
        fresh.removeAll { each in
            if let mount = each.folder.mount(named: each.name) {
                found.append(mount)
                return true
            }
            guard each.since + Self.patience < now else { return false }
            if each.folder.isUsers { hiddenSince = now }
            return true
        }
        retryDue = fresh.isEmpty ? nil : now + Self.step
        return found
    }
}
