public import Keel
public import LinuxSystem
import LinuxTools

/// Our files, from which the system sets the table's size and timeouts when it boots.
public enum PersistentSettings {
    public struct File: Hashable, Sendable {
        public let path: String
        public let text: String
    }

    /// The first line of a file of ours, by which it is recognised.
    static let heading = "# Written by `evenkeel host apply --persist`; `evenkeel host remove` takes it away.\n"

    static let sysctls = "/etc/sysctl.d/90-evenkeel.conf"
    private static let options = "/etc/modprobe.d/evenkeel.conf"
    private static let modules = "/etc/modules-load.d/evenkeel.conf"

    /// The files that the policy asks for. `isModule`: connection tracking is not built into the kernel.
    public static func files(_ policy: Policy, _ table: ConntrackSnapshot, isModule: Bool) -> [File] {
        var lines: [String] = []
        var files: [File] = []
        if let wanted = table.wantedMax(policy.conntrack.max), table.max > 0 {
            let buckets = max(table.wantedBuckets(for: wanted), table.buckets)
            lines = [line(.conntrackBuckets, buckets), line(.conntrackMax, max(wanted, table.max))]
            if isModule {
                files = [
                    File(path: options, text: heading + "options nf_conntrack hashsize=\(buckets)\n"),
                    // Loaded at boot, because the sysctls' file is not read again when the module comes later.
                    File(path: modules, text: heading + "nf_conntrack\n"),
                ]
            }
        }
        if let timeout = policy.conntrack.tcpEstablishedTimeout { lines.append(line(.tcpEstablishedTimeout, timeout)) }
        if let timeout = policy.conntrack.genericTimeout { lines.append(line(.genericTimeout, timeout)) }
        if policy.invalid.mode == .liberal { lines.append(line(.beLiberal, 1)) }
        return lines.isEmpty ? files : [File(path: sysctls, text: heading + lines.joined())] + files
    }

    private static func line(_ sysctl: Sysctl, _ value: Int) -> String {
        "\(sysctl.path.split(separator: "/").dropFirst(2).joined(separator: ".")) = \(value)\n"
    }

    /// Whether connection tracking is a module, loaded or not.
    public static var isModule: Bool {
        do {
            guard try Directory.names(in: "/sys/module").contains("nf_conntrack") else { return true }
            let modules = try FileDescriptor(opening: "/proc/modules", .read).readAll(
                limit: 1 << 20, name: "/proc/modules")
            return String(decoding: modules, as: UTF8.self).split(separator: "\n").contains {
                $0.hasPrefix("nf_conntrack ")
            }
        } catch { return false }
    }

    /// The paths of our files that exist, except `files`, and why others could not be looked at.
    public static func present(besides files: [File] = []) -> (paths: [String], failures: [KernelError]) {
        var paths: [String] = []
        var failures: [KernelError] = []
        for path in [sysctls, options, modules] where !files.contains(where: { $0.path == path }) {
            do throws(KernelError) {
                if try text(of: path)?.hasPrefix(heading) == true { paths.append(path) }
            } catch {
                // A link that leads nowhere is none of ours.
                if error.errno != .noEntry { failures.append(error) }
            }
        }
        return (paths, failures)
    }

    /// Writes the file unless it has that content already; returns whether it wrote.
    ///
    /// - Throws: `EEXIST` if somebody else wrote the file that is there, or why it cannot be read or written.
    public static func put(_ file: File) throws(KernelError) -> Bool {
        if let text = try text(of: file.path) {
            if text == file.text { return false }
            guard text.hasPrefix(heading) else {
                throw KernelError(
                    "write \(file.path)", .exists, explanation: "it exists already, and evenkeel did not write it")
            }
        }
        try AtomicFile.put(file.text, at: file.path)
        return true
    }

    public static func remove(_ path: String) throws(KernelError) { try AtomicFile.remove(path) }

    /// The file's text; nil if nothing has that name.
    private static func text(of path: String) throws(KernelError) -> String? {
        do throws(KernelError) {
            return try FileDescriptor.text(of: path, limit: 1 << 16)
        } catch {
            guard error.errno == .noEntry else { throw error }
            let parts = path.split(separator: "/")
            let folder = parts.dropLast().map { "/\($0)" }.joined()
            guard let name = parts.last, try Directory.names(in: folder).contains(String(name)) else { return nil }
            throw KernelError(error.attempt, error.errno, explanation: "it is a link that leads nowhere")
        }
    }
}
