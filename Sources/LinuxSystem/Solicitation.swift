import CLinux

/// Asks an IPv6 neighbour to answer, from within its link's network namespace.
public enum Solicitation {
    /// Sends an empty datagram to its discard port, from an own address by that interface: the kernel then solicits the neighbour
    /// from that address. Addresses are 16 bytes in network byte order. Returns whether it was sent.
    public static func byDatagram(from source: [UInt8], to target: [UInt8], by interface: UInt32) -> Bool {
        guard source.count == 16, target.count == 16 else { return false }
        return linux_send_discard(interface, source, target) == 0
    }

    /// Sends a neighbour solicitation from the unspecified address, which works even while all own addresses are tentative: RFC
    /// 4861 section 4.3. The target is 16 bytes in network byte order. Returns whether it was sent.
    public static func fromNobody(for target: [UInt8], by interface: UInt32) -> Bool {
        guard target.count == 16 else { return false }
        return linux_solicit_neighbour(interface, target) == 0
    }
}
