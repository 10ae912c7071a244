import Firewall
import LinuxSystem
import Netlink

extension Host {
    /// Finds out whether IPVS forwards here in a way that a drop in input would cut.
    mutating func observeServices(_ snapshot: inout HostSnapshot) throws(KernelError) {
        // If the table cannot be read, assume that IPVS forwards.
        let services = readText("/proc/net/ip_vs")
        if services != "" {
            let tracks = try Sysctl("net/ipv4/vs/conntrack").readIfPresent() == 1
            snapshot.forwardsWithIPVS = services.map { forwardsWithIPVS(table: $0, tracksConnections: tracks) } ?? true
        }
    }

    /// Finds out who uses connection tracking in these families. A container's run needs it only for incomplete tables.
    mutating func observeTracking(_ snapshot: inout HostSnapshot, _ versions: [IPVersion]) throws(KernelError) {
        let translated = try firewall.translatedVersions()
        var tracked: [IPVersion]?
        for version in versions {
            // If iptables-legacy has a table nat, it translates addresses. Its rules are not read: if it has other tables,
            // conntrack entries are probably due to them.
            let legacy = readText(version == .v4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names") ?? ""
            var tracking = HostSnapshot.Tracking.translated
            if !translated.contains(version), !legacy.parts(between: UInt8(ascii: "\n")).contains("nat") {
                if tracked == nil { tracked = try firewall.trackedVersions(besides: InvalidDrop.table) }
                var isTracked = tracked?.contains(version) ?? false
                if !isTracked, legacy != "" { isTracked = try Sysctl.conntrackCount.readIfPresent() ?? 0 > 0 }
                tracking = isTracked ? .tracked : .unused
            }
            switch version {
            case .v4: snapshot.trackingOfIPv4 = tracking
            case .v6: snapshot.trackingOfIPv6 = tracking
            }
        }
    }

    /// The text of a file of /proc: empty if there is no such file, nil if it cannot be read.
    private func readText(_ path: String) -> String? {
        do {
            return try FileDescriptor.text(of: path, limit: 1 << 24)
        } catch { return error.errno == .noEntry ? "" : nil }
    }
}

/// Whether a service in the table of `/proc/net/ip_vs` reaches a server in a way that shows conntrack only half of the packets:
/// by direct routing (`Route`), a tunnel, or translated (`Masq`) while `net.ipv4.vs.conntrack` is 0.
func forwardsWithIPVS(table: String, tracksConnections: Bool) -> Bool {
    let methods = ["Route", "Tunnel"] + (tracksConnections ? [] : ["Masq"])
    return table.parts(between: UInt8(ascii: "\n")).contains { line in
        let words = line.parts(between: UInt8(ascii: " ")).filter { !$0.isEmpty }
        return words.first == "->" && words.count > 2 && methods.contains(words[2])
    }
}
