package import ContainerRuntimes
import LinuxSystem

/// A runtime that reads CNI lists, as far as findings depend on it.
public struct ObservedRuntime: Sendable {
    public var name: String
    /// The folders in which it looks for plugins.
    public var pluginFolders: [String]
    package var lists: [ListObservation]
    /// Whether pods are to be expected of it.
    public var runsPods = true
    /// The file that names runtime classes' handlers without the default one, and that one; nil if all is well.
    public var incomplete: (file: String, handler: String)?

    init(name: String, pluginFolders: [String], lists: [ListObservation]) {
        (self.name, self.pluginFolders, self.lists) = (name, pluginFolders, lists)
    }

    init(_ runtime: ContainerRuntime) throws(KernelError) {
        self.init(name: runtime.kind.rawValue, pluginFolders: runtime.pluginFolders, lists: try runtime.lists())
        runsPods = runtime.runsPods
        if runtime.lacksDefaultHandler, let settings = runtime.containerd, let file = settings.all.files.first {
            incomplete = (file, settings.defaultHandler)
        }
    }

    static func all() throws(KernelError) -> [ObservedRuntime] {
        var all: [ObservedRuntime] = []
        for runtime in ContainerRuntime.installed() { all.append(try ObservedRuntime(runtime)) }
        return all
    }
}
