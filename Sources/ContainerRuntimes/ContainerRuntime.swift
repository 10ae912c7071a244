import CLinux
import LinuxSystem

/// A program that reads CNI configuration lists, and where it looks for them and for plugins.
package struct ContainerRuntime {
    package enum Kind: String, CaseIterable {
        case containerd
        case crio = "CRI-O"
        case k3s
        case rke2 = "RKE2"
        case podman
        case nerdctl
    }

    package let kind: Kind
    /// Its configuration files.
    package let settings: RuntimeSettings
    /// The same of a containerd, its own or the one in k3s and RKE2.
    package let containerd: ContainerdSettings?
    /// The folder of its lists, without a slash at its end.
    package let listsFolder: String
    /// The folders in which it looks for a plugin's program, in its order.
    package let pluginFolders: [String]
    /// How many lists it uses, in the order of their names; nil for all.
    package let mostLists: Int?
    /// Its executable file; nil if it was not found.
    package let program: String?
    /// The folder that stands for `/`, without a slash at its end.
    let root: String

    init(
        _ kind: Kind, _ settings: RuntimeSettings, lists: String, plugins: [String], mostLists: Int? = nil,
        program: String?, root: String, containerd: ContainerdSettings? = nil
    ) {
        self.kind = kind
        self.containerd = containerd
        self.settings = settings
        listsFolder = lists.withoutSlashesAtItsEnd
        pluginFolders = plugins.map(\.withoutSlashesAtItsEnd).unique
        self.mostLists = mostLists
        self.program = program
        self.root = root
    }

    /// Where runtimes look whose configuration says nothing.
    package static let usualListsFolder = "/etc/cni/net.d"
    package static let usualPluginFolder = "/opt/cni/bin"

    /// Whether pods are to be expected of it. Debian's containerd, which Docker brings along, would run pods, but mostly nobody asks it
    /// to; its lists are then podman's.
    package var runsPods: Bool { kind != .containerd || FileStatus.exists(root + "/var/lib/kubelet") }

    /// The first of its folders that holds a plugin of that type.
    package func folder(of type: String) -> String? {
        pluginFolders.first { PluginProgram.exists(type, in: root + $0) }
    }

    /// Whether a folder, by whatever path, is that of its lists.
    package func readsLists(in folder: String) -> Bool {
        guard let own = realPath(root + listsFolder), let other = realPath(folder) else { return false }
        return own == other
    }

    /// Whether containerd's files name handlers, but not the default one, with which containerd 1 runs no pods.
    package var lacksDefaultHandler: Bool { containerd?.lacksDefaultHandler(program) == true }

    /// The key of a list that turns its drop-in folder off.
    static let wordOfDropIns = "loadOnlyInlinedPlugins"

    /// Whether it reads the drop-in folder of a list, as libcni 1.3 does. Found out by what its program holds, because distributions
    /// build runtimes with libraries of their own choice.
    package var knowsDropIns: Bool {
        guard let program, kind != .podman else { return false }
        return ProgramText.holds(Self.wordOfDropIns, root + program)
    }
}

/// The path without symbolic links; nil if nothing is there. The corresponding C function is `realpath(3)`.
private func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// A plugin's program.
package enum PluginProgram {
    /// Whether the folder holds an executable of that name. A type names a program in the folder itself.
    package static func exists(_ type: String, in folder: String) -> Bool {
        guard !type.isEmpty, !type.utf8.contains(UInt8(ascii: "/")), !type.utf8.contains(0) else { return false }
        do throws(KernelError) { return try FileStatus(path: "\(folder)/\(type)").isExecutable } catch { return false }
    }
}

extension String {
    /// As paths are compared.
    package var withoutSlashesAtItsEnd: String {
        var path = self[...]
        while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }
}

extension [String] {
    /// Each once, in their order.
    package var unique: [String] {
        var kept: [String] = []
        for each in self where !kept.contains(each) { kept.append(each) }
        return kept
    }
}
