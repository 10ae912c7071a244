import Firewall
public import ForeignRules
public import Keel
public import LinuxSystem
import Netlink

extension Host {
    /// The rules of our own table, with their counters.
    mutating func counters(_ version: IPVersion) throws(KernelError) -> [CountedRule] {
        try firewall.counters(of: InvalidDrop(version: version).table)
    }

    /// Finds others' rules on the host that drop INVALID TCP segments before a socket of the host could answer them, and rules
    /// that keep TCP from conntrack: without conntrack there is neither translation nor INVALID.
    ///
    /// Not for a container's start: it reads too much to wait for. The calling thread must be in the host's namespace.
    public mutating func foreignRules() throws(KernelError) -> [ForeignRule] {
        try firewall.foreignRules(besides: InvalidDrop(version: .v4).table.name) + .legacy()
    }
}

extension ForeignRule: CustomStringConvertible {
    /// The rule's place, for a person to look up: `table inet firewalld, chain filter_INPUT`.
    public var description: String {
        let where_ =
            switch place {
            case .nftables(let family, let table, let chain):
                "table \(family) \(printable(table)), chain \(printable(chain))"
            case .legacy(let version, let table, let chain):
                "\(version == .v4 ? "iptables" : "ip6tables") (legacy) \(printable(table)), chain \(printable(chain))"
            }
        let hook = hook == .input ? "" : " (in \(hook == .prerouting ? "prerouting" : "output"))"
        return where_ + hook + (isLimited ? ", for some packets" : "")
    }
}
