public import Netlink

/// A holder of entries in the connection tracking table, and their number. Fields that the grouping ignores are nil.
public struct ConntrackUser: Hashable, Sendable {
    /// Nil for an address outside this host.
    public var owner: AddressOwners.Owner?
    /// Whether the owner answers the connections, which then the address opened; otherwise the owner opened them.
    public var isAnswering: Bool
    public var address: IPAddress?
    public var destination: IPAddress?
    public var service: Service?
    public var zone: UInt16
    /// An upper bound of the entries that it holds.
    public var entries: Int
    /// The most by which `entries` may be too high.
    public var error: Int
    /// Those of `entries` that were not there at the reading before; nil without one. If `error` is not 0 it may be too low.
    public var new: Int?
}

/// By what the greatest holders are chosen, and put in order.
public enum ConntrackOrder: String, CaseIterable, Sendable {
    case entries
    /// New entries since the reading before.
    case rate
    /// The owner's name; chosen by entries.
    case name
}

/// The fields that entries are grouped by.
public enum ConntrackGrouping: String, CaseIterable, Sendable {
    /// Container, address and destination.
    case flow
    case container
    /// The address that opened the connection.
    case address
    /// Destination address, protocol and port.
    case destination
}

/// A group of entries.
struct ConntrackKey: StreamKey {
    var owner: AddressOwners.Index = ConntrackKey.outside
    var isAnswering = false
    var address: IPAddress?
    var destination: IPAddress?
    var service: Service?
    var zone: UInt16 = 0

    static let outside: AddressOwners.Index = -1

    func hash(seed: UInt64) -> UInt64 {
        var small = UInt64(UInt32(bitPattern: owner)) << 32 | UInt64(zone) << 16
        small |= UInt64(service?.port ?? 0)
        var hash = mixed(seed, small)
        let kind = UInt64(service?.protocol ?? 0) << 8 | UInt64(service?.icmpType ?? 0)
        hash = mixed(hash, isAnswering ? kind | 1 << 16 : kind)
        if let address { hash = mixed(hash ^ address.high, address.low) }
        if let destination { hash = mixed(hash ^ destination.high, destination.low) }
        return hash
    }
}

/// Folds the halves of a 128-bit product together, as wyhash does.
func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: word ^ 0xe703_7ed1_a0b4_28db)
    return product.high ^ product.low
}

extension ConntrackKey {
    /// Gives rows of equal counts the same order in every reading.
    static func < (left: ConntrackKey, right: ConntrackKey) -> Bool {
        if left.owner != right.owner { return left.owner < right.owner }
        if left.address != right.address { return isLess(left.address, right.address) }
        if left.destination != right.destination { return isLess(left.destination, right.destination) }
        let (first, second) = (left.service ?? Service(protocol: 0), right.service ?? Service(protocol: 0))
        if first.protocol != second.protocol { return first.protocol < second.protocol }
        if first.port != second.port { return first.port ?? 0 < second.port ?? 0 }
        if first.icmpType != second.icmpType { return first.icmpType ?? 0 < second.icmpType ?? 0 }
        if left.zone != right.zone { return left.zone < right.zone }
        return !left.isAnswering && right.isAnswering
    }

    private static func isLess(_ left: IPAddress?, _ right: IPAddress?) -> Bool {
        guard let left else { return right != nil }
        guard let right else { return false }
        return left < right
    }
}
