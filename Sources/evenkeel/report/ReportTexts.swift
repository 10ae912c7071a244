import BugReport
import Discovery
import Firewall
import ForeignRules
import HostCare
import Keel
import LinuxSystem
import LinuxTools
import Netlink
import SystemCheck

/// The texts of a report that no other command prints.
enum ReportTexts {
    static func versions(_ check: SystemCheck) -> String {
        var lines = ["evenkeel \(Product.version)"]
        if let kernel = KernelName.running { lines.append("\(kernel.release), \(kernel.machine): \(kernel.version)") }
        lines += system
        lines += check.engines.map { "\($0.kind.rawValue) \($0.version ?? "(version not known)")" }
        lines.append("written \(Timestamp.now()) by user \(OwnProcess.effectiveUser)")
        return lines.map { printable($0) + "\n" }.joined()
    }

    /// os-release(5)
    private static var system: [String] {
        let paths = ["/etc/os-release", "/usr/lib/os-release"]
        let release = paths.lazy.compactMap { text(of: $0) }.first ?? ""
        let keys = ["PRETTY_NAME=", "ID=", "ID_LIKE=", "VERSION_ID=", "VARIANT_ID="]
        return release.split(separator: "\n").filter { line in keys.contains { line.hasPrefix($0) } }.map { String($0) }
    }

    private static func text(of path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: 1 << 20) } catch { return nil }
    }

    /// The users who have a home below /home, whose names are in paths.
    static func homes() -> [String] {
        do throws(KernelError) { return try Directory.names(in: "/home") } catch { return [] }
    }

    private static let sysctlNames = [
        "kernel/modules_disabled", "net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "net/ipv4/conf/all/rp_filter",
        "net/ipv4/conf/default/rp_filter", "net/ipv4/conf/all/src_valid_mark", "net/ipv4/conf/all/arp_ignore",
        "net/ipv4/conf/all/arp_announce", "net/ipv4/conf/all/log_martians", "net/ipv4/fib_multipath_hash_policy",
        "net/ipv4/fib_multipath_use_neigh", "net/ipv4/conf/all/route_localnet", "net/ipv6/conf/all/disable_ipv6",
        "net/ipv6/conf/all/forwarding", "net/ipv6/conf/default/accept_ra", "net/ipv6/conf/default/ra_defrtr_metric",
        "net/ipv6/fib_multipath_hash_policy", "net/bridge/bridge-nf-call-iptables",
        "net/bridge/bridge-nf-call-ip6tables", "net/netfilter/nf_conntrack_max", "net/netfilter/nf_conntrack_count",
        "net/netfilter/nf_conntrack_buckets", "net/netfilter/nf_conntrack_checksum",
        "net/netfilter/nf_conntrack_log_invalid", "net/netfilter/nf_conntrack_tcp_be_liberal",
        "net/netfilter/nf_conntrack_tcp_loose", "net/netfilter/nf_conntrack_tcp_ignore_invalid_rst",
        "net/netfilter/nf_conntrack_tcp_timeout_established", "net/netfilter/nf_conntrack_udp_timeout",
        "net/netfilter/nf_conntrack_udp_timeout_stream", "net/netfilter/nf_conntrack_generic_timeout",
        "net/ipv4/vs/conntrack",
    ]

    static func sysctls() -> String {
        sysctlNames.map { name in
            let key = String(name.map { $0 == "/" ? "." : $0 })
            do throws(KernelError) {
                return try Sysctl(name).readIfPresent().map { "\(key) = \($0)\n" } ?? "\(key): not there\n"
            } catch { return "\(key): \(error.description)\n" }
        }.joined()
    }

    static func ruleset() throws(KernelError) -> String {
        var socket = try Socket(.netfilter)
        var lines: [String] = []
        for version in IPVersion.allCases {
            let table = InvalidDrop(version: version).table
            let rules = try socket.counters(of: table)
            lines.append("table \(version == .v4 ? "ip" : "ip6") evenkeel: \(rules.isEmpty ? "no rules" : "")")
            lines += rules.map { rule in
                let counter = rule.counter.map { ": \($0.packets) packets, \($0.bytes) bytes" } ?? ""
                return "  \(rule.chain): \(rule.comment ?? "without a comment")\(counter)"
            }
        }
        lines += [
            "", "every chain; `nft list ruleset` and `iptables-legacy-save` show the rules, which are not in here",
        ]
        lines += try socket.chainSummaries().map { chain in
            "  table \(chain.family) \(chain.table), chain \(chain.name): \(chain.rules) rules"
                + (chain.entrance.map { ", \($0)" } ?? "")
        }
        for isIPv6 in [false, true] {
            let names = try LegacyTable.names(isIPv6: isIPv6).joined(separator: ", ")
            if !names.isEmpty { lines.append("  \(isIPv6 ? "ip6tables" : "iptables")-legacy: tables \(names)") }
        }
        return lines.map { printable($0) + "\n" }.joined()
    }

    /// The names of tables and chains that an administrator chose. The kernel's, the engines' and the firewalls' own tell nothing.
    static func rulesetNames() throws(KernelError) -> [String] {
        var socket = try Socket(.netfilter)
        let names = try socket.chainSummaries().flatMap { [$0.table, $0.name] }
        return names.filter { name in
            !usualNames.contains(name.lowercased()) && !usualBeginnings.contains { name.hasPrefix($0) }
        }
    }

    private static let usualNames: Set<String> = [
        "filter", "nat", "mangle", "raw", "security", "prerouting", "input", "forward", "output", "postrouting",
        "ingress", "egress", "evenkeel", "firewalld", "netavark", "docker-bridges", "kube-proxy",
    ]
    private static let usualBeginnings = [
        "DOCKER", "CNI-", "NETAVARK", "KUBE-", "CILIUM_", "FLANNEL", "LIBVIRT_", "cali-", "ufw-", "ufw6-",
    ]

    /// The host's network and each namespace's, and the names of all their interfaces.
    static func networks(_ namespaces: [ContainerNamespace]) -> (text: String, links: [String]) {
        var (text, links) = ("", [String]())
        func add(_ title: String, _ read: () throws(KernelError) -> NamespaceListing) {
            text += "=== \(printable(title))\n"
            do throws(KernelError) {
                let listing = try read()
                text += listing.text + "\n"
                links += listing.links.map { $0.name.description }
            } catch { text += "could not be read: \(error.description)\n\n" }
        }
        add("the host") { () throws(KernelError) in try listing(Budget(milliseconds: 5000, mostListed: .max)) }
        for namespace in namespaces {
            add("\(namespace.title) (\(namespace.path))") { () throws(KernelError) in
                let home = try NetworkNamespace.current()
                return try namespace.found.open().run(returningTo: home) { () throws(KernelError) in
                    try listing(Budget(milliseconds: Container.milliseconds, mostListed: Container.mostListed))
                }
            }
        }
        return (text, links)
    }

    private static func listing(_ budget: Budget) throws(KernelError) -> NamespaceListing {
        var socket = try Socket(.route)
        socket.limit(to: budget)
        return try NamespaceListing(&socket)
    }
}
