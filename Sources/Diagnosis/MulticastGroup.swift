import LinuxSystem
public import Netlink

/// An IPv4 multicast group that a program has joined on an interface.
public struct MulticastGroup: Hashable, Sendable {
    public var address: IPAddress
    public var interface: UInt32

    public init(address: IPAddress, interface: UInt32) {
        self.address = address
        self.interface = interface
    }

    /// The groups that programs have joined in the calling thread's network namespace.
    static func all() -> [MulticastGroup] {
        all(in: HookInstallation.text(of: "/proc/thread-self/net/igmp") ?? "")
    }

    /// Parses `/proc/net/igmp`. An interface's line begins with its index. A line for each of its groups follows; it begins with
    /// a tab and the address in hexadecimal, in host byte order.
    static func all(in text: String) -> [MulticastGroup] {
        var groups: [MulticastGroup] = []
        var interface: UInt32?
        for line in text.split(separator: "\n").dropFirst() {
            guard let word = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).first else { continue }
            if line.first != "\t" {
                interface = UInt32(word)
            } else if let interface, let number = UInt32(word, radix: 16) {
                let address = withUnsafeBytes(of: number) { IPAddress(bytes: $0) }
                if let address, address != everyHost { groups.append(.init(address: address, interface: interface)) }
            }
        }
        return groups
    }

    /// The group that the kernel joins on every interface, RFC 1112.
    private static let everyHost = IPAddress("224.0.0.1")
}
