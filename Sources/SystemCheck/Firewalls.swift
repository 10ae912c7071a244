import CLinux
import Diagnosis
import HostCare
import Keel
import LinuxSystem

/// The firewalls of a host, by their files, and their rules as far as they may be read.
package struct Firewalls: Hashable, Sendable {
    package enum Iptables: String, Sendable {
        case nft
        case legacy
    }

    /// Nil: not installed; else whether it is started at boot.
    package var firewalld: Bool?
    package var ufw: Bool?
    /// The ruleset file that the service nftables loads, if that begins with flushing all.
    package var flushingFile: String?
    package var iptables: Iptables?
    /// Tables of iptables-legacy that are in use; nil if the kernel has none, or this user may not look.
    package var legacyTables: [String]?
    /// Others' rules for INVALID segments, a line each; nil if they were not read.
    package var rulesOfOthers: [String]?
    /// Interfaces of an eBPF data plane.
    package var dataPlane: [String] = []

    package init() {}

    package static func observe(_ kernel: KernelFacts, root: String = "") -> Firewalls {
        var firewalls = Firewalls()
        let has = { (path: String) in FileStatus.exists(root + path) }
        if ["/usr/sbin/firewalld", "/usr/bin/firewalld", "/sbin/firewalld"].contains(where: has) {
            firewalls.firewalld = has("/etc/systemd/system/multi-user.target.wants/firewalld.service")
        }
        if has("/usr/sbin/ufw") || has("/sbin/ufw") {
            firewalls.ufw = text("\(root)/etc/ufw/ufw.conf")?.contains("ENABLED=yes") == true
        }
        firewalls.flushingFile = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"].first { path in
            text(root + path)?.split(separator: "\n").contains { $0.hasPrefix("flush ruleset") } == true
        }
        for folder in ["/usr/sbin", "/sbin", "/usr/bin"] where firewalls.iptables == nil {
            guard let target = target(of: "\(root)\(folder)/iptables") else { continue }
            firewalls.iptables = target.contains("legacy") || target.hasSuffix("/xtables-multi") ? .legacy : .nft
        }
        guard root.isEmpty else { return firewalls }
        let legacy = ["ip", "ip6"].compactMap { family in
            text("/proc/thread-self/net/\(family)_tables_names").map { text in
                text.split(separator: "\n").map { "\(family == "ip" ? "iptables" : "ip6tables") \($0)" }
            }
        }
        firewalls.legacyTables = legacy.isEmpty ? nil : legacy.flatMap { $0 }
        do throws(KernelError) { firewalls.dataPlane = try DataPlane.interfaces().map { $0.description } } catch {}
        firewalls.readRules(kernel)
        return firewalls
    }

    /// Asking for rules would load nf_tables where it is a module.
    private mutating func readRules(_ kernel: KernelFacts) {
        guard kernel.modules.areAskedForWithoutLoading(["nfnetlink", "nf_tables"], optional: []) else { return }
        do throws(KernelError) {
            var host = try Host()
            rulesOfOthers = try host.foreignRules().map { "\($0)" }
        } catch {}
    }

    private static func text(_ path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: 1 << 20) } catch { return nil }
    }

    /// The file that a path leads to in the end; nil if there is none.
    private static func target(of path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension Firewalls {
    package var rows: [CheckRow] {
        let rows = [firewalldRow, ufwRow, flushRow, iptablesRow, legacyRow, rulesRow, dataPlaneRow].compactMap { $0 }
        return rows.isEmpty ? [CheckRow(.firewalls, "firewall", .ok, "none was found")] : rows
    }

    private func state(_ isEnabled: Bool) -> String {
        isEnabled ? "installed, starts at boot" : "installed, not enabled"
    }

    private var firewalldRow: CheckRow? {
        firewalld.map {
            CheckRow(
                .firewalls, "firewalld", .ok, state($0),
                so: "it has its own drop of INVALID segments, and leaves other tables alone when it reloads")
        }
    }

    private var ufwRow: CheckRow? {
        ufw.map { CheckRow(.firewalls, "ufw", .ok, state($0), so: "it has its own drop of INVALID segments") }
    }

    private var flushRow: CheckRow? {
        flushingFile.map {
            CheckRow(
                .firewalls, "nftables' service", .ok, "\($0) begins with `flush ruleset`",
                so:
                    "each start or reload of it takes Evenkeel's tables away, and engines' too; the watcher restores ours"
            )
        }
    }

    private var iptablesRow: CheckRow? {
        iptables.map {
            CheckRow(.firewalls, "iptables", .ok, "writes to \($0 == .nft ? "nftables" : "iptables-legacy")")
        }
    }

    private var legacyRow: CheckRow? {
        guard let legacyTables, !legacyTables.isEmpty else { return nil }
        return CheckRow(
            .firewalls, "iptables-legacy", .ok, "in use: \(legacyTables.joined(separator: ", "))",
            so: "`nft list ruleset` does not show these; Evenkeel reads them as well")
    }

    private var rulesRow: CheckRow? {
        guard let rulesOfOthers else {
            return CheckRow(.firewalls, "rules of others", .unknown, "not read: that takes root, and nf_tables in use")
        }
        guard let first = rulesOfOthers.first else {
            return CheckRow(.firewalls, "rules of others", .ok, "none decides about INVALID segments")
        }
        let rest = rulesOfOthers.count > 1 ? " and \(rulesOfOthers.count - 1) more" : ""
        return CheckRow(
            .firewalls, "rules of others", .ok, "for INVALID segments or against tracking: \(first)\(rest)",
            so: "`evenkeel doctor` says if they are in the way")
    }

    private var dataPlaneRow: CheckRow? {
        dataPlane.isEmpty
            ? nil
            : CheckRow(
                .firewalls, "eBPF data plane", .limited, dataPlane.joined(separator: ", "),
                so:
                    "it forwards containers' packets past the host's rules, so the drop of INVALID segments does not see "
                    + "them; default routes and filters are looked after as elsewhere")
    }
}
