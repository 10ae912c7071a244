import Firewall
import LinuxSystem
import Netlink

extension Host {
    /// What others on the host do that decides about our chains. A container's run asks only while those are not all there.
    mutating func observeNeighbours(_ snapshot: inout HostSnapshot) throws(KernelError) {
        snapshot.loose = try Sysctl.loose.readIfPresent()
        // A table that cannot be read may hold anything.
        let services = readText("/proc/net/ip_vs")
        if services != "" {
            let tracks = try Sysctl("net/ipv4/vs/conntrack").readIfPresent() == 1
            snapshot.forwardsWithIPVS = services.map { forwardsWithIPVS(table: $0, tracksConnections: tracks) } ?? true
        }
        if snapshot.ipv6.state == .absent {
            let legacy: Bool
            do { legacy = try Self.hasLegacyTranslation(.v6) } catch { legacy = false }
            snapshot.translatesIPv6 = legacy ? true : try firewall.hasTranslation(.v6)
        }
    }

    /// Whether iptables-legacy has its table nat, in which addresses are translated.
    static func hasLegacyTranslation(_ version: IPVersion) throws(KernelError) -> Bool {
        let path = version == .v4 ? "/proc/net/ip_tables_names" : "/proc/net/ip6_tables_names"
        do {
            return try FileDescriptor.text(of: path, limit: 1 << 16).parts(between: UInt8(ascii: "\n")).contains("nat")
        } catch {
            if error.errno == .noEntry { return false }
            throw error
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
