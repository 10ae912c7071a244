import LinuxSystem

/// What this process may do.
package struct Privileges: Hashable, Sendable {
    package var user: UInt32
    /// The user outside, in a user namespace.
    package var outerUser: UInt32?
    /// The bits of `CapEff`, `proc_pid_status(5)`; nil if /proc does not tell.
    package var capabilities: UInt64?
    /// Why /proc cannot be read.
    package var procFault: String?
    /// Whether processes of others are listed: the mount option `hidepid` of /proc.
    package var seesProcesses: Bool

    /// capabilities(7)
    private static let administersNetworks: UInt64 = 1 << 12
    private static let entersNamespaces: UInt64 = 1 << 21

    package init(user: UInt32, capabilities: UInt64?, seesProcesses: Bool = true) {
        (self.user, self.capabilities, self.seesProcesses) = (user, capabilities, seesProcesses)
    }

    package static func observe() -> Privileges {
        let status = text("/proc/self/status") ?? ""
        var privileges = Privileges(
            user: OwnProcess.effectiveUser, capabilities: capabilities(in: status),
            seesProcesses: FileStatus.exists("/proc/1/stat"))
        privileges.outerUser = UserNamespace.outerUser()
        do throws(KernelError) { try ProcFileSystem.requireMounted() } catch {
            privileges.procFault = error.description
        }
        return privileges
    }

    private static func text(_ path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: 1 << 16) } catch { return nil }
    }

    static func capabilities(in status: String) -> UInt64? {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            return line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        }
        return nil
    }

    package var rows: [CheckRow] {
        let proc =
            procFault.map {
                CheckRow(
                    .privileges, "/proc", .missing, $0, so: "without it neither sysctls nor containers can be found",
                    isNeeded: true)
            }
            ?? (seesProcesses
                ? CheckRow(.privileges, "/proc", .ok, "mounted")
                : CheckRow(
                    .privileges, "/proc", .limited, "mounted, and hides the processes of others (hidepid)",
                    so: "this user finds only containers whose namespaces engines have bound; root finds all"))
        return [userRow, proc]
    }

    private var userRow: CheckRow {
        if let outerUser {
            return CheckRow(
                .privileges, "user", .unknown, "root of a user namespace, outside it is user \(outerUser)",
                so: "what belongs to the host's root was not looked at")
        }
        let needed = Self.administersNetworks | Self.entersNamespaces
        if let capabilities, capabilities & needed == needed {
            return CheckRow(.privileges, "user", .ok, user == 0 ? "root" : "user \(user), with the capabilities needed")
        }
        guard user == 0 else {
            return CheckRow(
                .privileges, "user", .unknown, "user \(user), who is not root",
                so: "nothing was tried, and rules of firewalls were not read; run it as root for the rest. To install "
                    + "takes root")
        }
        return CheckRow(
            .privileges, "user", .limited, "root without CAP_NET_ADMIN or CAP_SYS_ADMIN",
            so: "Evenkeel has to run where both are there, as engines do")
    }
}
