import LinuxSystem
public import Netlink

/// An IPv4 multicast group that somebody has joined on an interface.
public struct MulticastGroup: Hashable, Sendable {
    public var address: IPAddress
    public var interface: UInt32

    public init(address: IPAddress, interface: UInt32) {
        self.address = address
        self.interface = interface
    }

    /// Those of the calling thread's network namespace that programs have joined.
    static func all() -> [MulticastGroup] {
        all(in: HookInstallation.text(of: "/proc/thread-self/net/igmp") ?? "")
    }

    /// From the text of `/proc/net/igmp`: a line for an interface, which begins with its index, and below it one for each group,
    /// which begins with a tab and the address as a number in the machine's own byte order.
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

    /// Which the kernel itself joins everywhere, RFC 1112.
    private static let everyHost = IPAddress("224.0.0.1")
}
