import LinuxSystem
import Netlink

/// The UDP sockets of the calling thread's network namespace.
enum DatagramSockets {
    /// Whether there are any, by the namespace's count in `/proc/net/protocols`. Listing them is slow: the kernel goes through
    /// the whole machine's sockets.
    static var mayBeThere: Bool {
        let text = HookInstallation.text(of: "/proc/thread-self/net/protocols") ?? ""
        return text.split(separator: "\n").contains { line in
            guard line.hasPrefix("UDP ") || line.hasPrefix("UDPv6 ") else { return false }
            // protocol, size, sockets
            let words = line.split(separator: " ", maxSplits: 3)
            return words.count > 2 && words[2] != "0"
        }
    }

    /// The servers that listen on every address, in order of port. Ports that the kernel chose, and those of `clients`, are
    /// left out, as are the kernel's own `tunnels`.
    static func servers(besides tunnels: Set<UInt16>) -> [WildcardServer] {
        let given = givenPorts
        let found: [WildcardServer]
        do {
            var socket = try Socket(.socketDiagnosis)
            found = try socket.wildcardServers(unlessMoreThan: mostSockets) ?? []
        } catch { return [] }
        var servers: [WildcardServer] = []
        for server in found.sorted(by: { $0.port < $1.port })
        where !given.contains(server.port) && !clients.contains(server.port) && !tunnels.contains(server.port) {
            // Several sockets may share a port.
            if let place = servers.firstIndex(where: { $0.port == server.port }) {
                servers[place].versions += server.versions.filter { !servers[place].versions.contains($0) }
            } else {
                servers.append(server)
            }
        }
        return servers
    }

    private static let mostSockets = 4096

    /// Ports of DHCP clients, and of protocols that stay on the link: SSDP, mDNS, LLMNR.
    private static let clients: Set<UInt16> = [68, 546, 1900, 5353, 5355]

    /// `net.ipv4.ip_local_port_range`: the kernel takes ports from it for sockets that name none, for IPv6 as well.
    private static var givenPorts: ClosedRange<UInt16> {
        let text = HookInstallation.text(of: "/proc/sys/net/ipv4/ip_local_port_range") ?? ""
        let bounds = text.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { UInt16($0) }
        return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : 32768...60999
    }
}
