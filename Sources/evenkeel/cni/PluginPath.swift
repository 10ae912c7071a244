import ConfigurationLists
import Keel
import LinuxSystem

/// The directories in which a runtime looks for plugins' programs.
struct PluginPath {
    /// The directories of podman, containerd, CRI-O and distributions' packages.
    static let usual = "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni:/usr/local/lib/cni:/usr/local/libexec/cni"

    let directories: [String]

    /// From a list separated by colons, as in `CNI_PATH`.
    init(_ text: String) { directories = text.split(separator: ":").map { String($0) } }

    /// The first directory that holds an executable of that name.
    func directory(of type: String) -> String? { directories.first { Self.isPlugin(type, in: $0) } }

    private static func isPlugin(_ type: String, in directory: String) -> Bool {
        // A type names a program in the directory itself.
        guard !type.utf8.contains(UInt8(ascii: "/")) else { return false }
        do { return try FileStatus(path: "\(directory)/\(type)").isExecutable } catch { return false }
    }

    /// Refuses if our plugin is missing: a list that names a missing one keeps every container from starting.
    func requireOurs() throws(Refusal) {
        guard directory(of: ConfigurationList.ourType) == nil else { return }
        throw Refusal(
            "there is no plugin evenkeel in \(printable(directories.joined(separator: ", "))), and a list that names a "
                + "missing plugin keeps every container from starting: run install/install.sh first, name the plugin's "
                + "directory with --plugin-path, or use --force")
    }

    /// A note for a list that begins with the plugin `type`: whether the runtime finds both programs.
    func note(besides type: String) -> String? {
        guard let ours = directory(of: ConfigurationList.ourType) else {
            return "evenkeel is in none of the plugin directories; until it is, no container of this network starts"
        }
        guard let theirs = directory(of: type) else {
            return
                "evenkeel is in \(printable(ours)), but \(printable(type)) is in none of the plugin directories; make "
                + "sure that the runtime finds evenkeel"
        }
        guard !Self.isPlugin(ConfigurationList.ourType, in: theirs) else { return nil }
        return
            "\(printable(type)) is in \(printable(theirs)), evenkeel in \(printable(ours)); the runtime must look in "
            + "both"
    }
}
