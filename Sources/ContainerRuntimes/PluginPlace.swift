package import LinuxSystem

/// Where the plugin's program belongs, so that each runtime finds it.
package enum PluginPlace {
    /// The folders in which distributions and engines keep plugins.
    package static let usual = [
        ContainerRuntime.usualPluginFolder, "/usr/lib/cni", "/usr/libexec/cni", "/usr/local/lib/cni",
        "/usr/local/libexec/cni",
    ]

    /// Beside the first plugin of each list, in every folder that has it: other programs than those known here read the same
    /// lists, `ctr run --cni` with a folder of its own. Where a runtime has no list yet, the first of its folders that is there.
    package static func folders(
        _ runtimes: [ContainerRuntime], root: String = ""
    ) throws(KernelError) -> [String] {
        var folders: [String] = []
        for runtime in runtimes {
            var found: [String] = []
            for type in try runtime.lists().compactMap({ $0.types.first }).unique {
                found += (runtime.pluginFolders + usual).filter { PluginProgram.exists(type, in: root + $0) }
            }
            // A runtime that finds none of these folders would not find the plugin either.
            if !found.contains(where: runtime.pluginFolders.contains) {
                let present = runtime.pluginFolders.first { FileStatus.exists(root + $0) }
                found += [present ?? runtime.pluginFolders.first].compactMap { $0 }
            }
            folders += found
        }
        return folders.isEmpty ? [ContainerRuntime.usualPluginFolder] : folders.unique
    }
}
