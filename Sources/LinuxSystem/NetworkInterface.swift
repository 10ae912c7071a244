import CLinux

/// A network interface, as far as the C library knows it.
public enum NetworkInterface {
    /// Whether the network namespace of an open socket has one of that name, `netdevice(7)`: `SIOCGIFINDEX`.
    public static func exists(_ name: String, socket: Int32) throws(KernelError) -> Bool {
        let answer = linux_has_interface(socket, name)
        guard answer >= 0 else { throw KernelError("look up interface \(name)", .current) }
        return answer == 1
    }
}
