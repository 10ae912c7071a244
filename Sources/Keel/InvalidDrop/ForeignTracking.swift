import Firewall
import LinuxSystem
import Netlink

extension Host {
    /// Whether IPVS forwards here in a way that a drop in input would cut.
    mutating func observeServices(_ snapshot: inout HostSnapshot) throws(KernelError) {
        // A table that cannot be read may hold anything.
        let services = readText("/proc/net/ip_vs")
        if services != "" {
            let tracks = try Sysctl("net/ipv4/vs/conntrack").readIfPresent() == 1
            snapshot.forwardsWithIPVS = services.map { forwardsWithIPVS(table: $0, tracksConnections: tracks) } ?? true
        }
    }

    /// What connection tracking is for in these families. A container's run asks only while their tables are not all there.
    mutating func observeTracking(_ snapshot: inout HostSnapshot, _ versions: [IPVersion]) throws(KernelError) {
        let translated = try firewall.translatedVersions()
        var tracked: [IPVersion]?
        for version in versions {
            // Where iptables-legacy has its table nat, addresses are translated in it. Its rules are not read: where it has
            // other tables, entries are probably theirs.
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

    /// A file of /proc, empty if there is none; nil if it cannot be read.
    private func readText(_ path: String) -> String? {
        do {
            return try FileDescriptor.text(of: path, limit: 1 << 24)
        } catch { return error.errno == .noEntry ? "" : nil }
    }
}

/// Whether a service in the table of `/proc/net/ip_vs` reaches a server in a way of which conntrack sees only half: by direct
/// routing (`Route`), a tunnel, or translated (`Masq`) while `net.ipv4.vs.conntrack` is 0.
func forwardsWithIPVS(table: String, tracksConnections: Bool) -> Bool {
    let methods = ["Route", "Tunnel"] + (tracksConnections ? [] : ["Masq"])
    return table.parts(between: UInt8(ascii: "\n")).contains { line in
        let words = line.parts(between: UInt8(ascii: " ")).filter { !$0.isEmpty }
        return words.first == "->" && words.count > 2 && methods.contains(words[2])
    }
}
