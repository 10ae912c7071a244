package import ContainerRuntimes
import ConfigurationLists
package import Diagnosis
import LinuxSystem
import WatchClient

/// Which parts of Evenkeel are on a host already.
package struct InstalledParts: Hashable, Sendable {
    /// The folders that hold the plugin.
    package var plugins: [String] = []
    /// The hook's JSON files.
    package var hooks: [String] = []
    /// The watcher's unit file; nil if there is none.
    package var unit: String?
    /// Whether Docker's daemon.json names the runtime.
    package var isDockersRuntime = false
    /// How many containers the running watcher keeps; nil if none answers this user.
    package var kept: Int?

    package init() {}

    package static func observe(
        _ runtimes: [ContainerRuntime], _ hooks: HookInstallation?, root: String = ""
    ) -> InstalledParts {
        var parts = InstalledParts()
        parts.hooks = hooks?.declarations.map(\.path) ?? []
        let folders = (runtimes.flatMap(\.pluginFolders) + PluginPlace.usual).unique
        parts.plugins = folders.filter { PluginProgram.exists(ConfigurationList.ourType, in: root + $0) }
        let units = [
            "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
        ]
        parts.unit = units.map { "\($0)/evenkeel-watch.service" }.first { FileStatus.exists(root + $0) }
        do throws(KernelError) {
            let text = try FileDescriptor.text(of: "\(root)/etc/docker/daemon.json", limit: 1 << 20)
            parts.isDockersRuntime = text.contains("\"evenkeel\"")
        } catch {}
        guard root.isEmpty else { return parts }
        do { parts.kept = try WatcherSocket().status(seconds: 1).kept } catch {}
        return parts
    }

    package var row: CheckRow {
        var found: [String] = []
        if !hooks.isEmpty { found.append("the OCI hook (\(hooks.joined(separator: ", ")))") }
        if !plugins.isEmpty { found.append("the CNI plugin (\(plugins.joined(separator: ", ")))") }
        if isDockersRuntime { found.append("Docker's runtime (/etc/docker/daemon.json)") }
        if let unit { found.append("the watcher's unit (\(unit))") }
        if let kept { found.append("the watcher runs and keeps \(kept)") }
        return found.isEmpty
            ? CheckRow(.evenkeel, "installed", .ok, "nothing yet", so: "`install/install.sh` or a package installs it")
            : CheckRow(.evenkeel, "installed", .ok, found.joined(separator: "; "))
    }
}
