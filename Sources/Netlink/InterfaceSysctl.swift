public import LinuxSystem

extension Sysctl {
    /// A parameter of one interface, or of `all` or `default`: `net/ipv4/conf/eth0.5/rp_filter`.
    ///
    /// The name is one path component, dots included. Nil if it cannot be one; an interface's name always can.
    public init?(family: String, interface: InterfaceName, _ key: String) {
        let folder = "net/\(family)/conf"
        guard let sysctl = interface.withBytes({ Sysctl(folder, component: $0, key) }) else { return nil }
        self = sysctl
    }
}
