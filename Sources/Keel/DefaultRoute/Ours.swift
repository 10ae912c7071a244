package import Netlink

/// The numbers that distinguish what this product writes into a container's kernel from everybody else's.
package enum Ours {
    /// The `protocol` of our rules, and of a winner's copy in its table.
    package static let routeProtocol: UInt8 = 69
    /// The `protocol` of the copy of a default that stays in main itself.
    static let standbyProtocol: UInt8 = 70
    /// The `protocol` of a route by a gateway that was learnt from an engine: it serves the rules alone.
    package static let learntProtocol: UInt8 = 71
    /// Just before the rule for table main, after what others put at this priority or a lower one.
    package static let rulePriority: UInt32 = 32765
    /// The device group of the networks' interfaces, which distinguishes their defaults from others.
    package static let group: UInt32 = 17739
    /// The first metric of losers that have to stay in main.
    static let standbyMetric: UInt32 = 17740
    /// The winner's metric in mode `ranked`: less than engines use (100, 99 for macvlan, 1024 in IPv6).
    static let firstRank: UInt32 = 50

    /// Marks the interfaces that their network's configuration prefers. No rule looks this table up.
    static let preferredTable: UInt32 = 17_738_999
    /// Marks the interface that the container chose. No rule looks this table up.
    static let chosenTable: UInt32 = 17_738_998
    /// Remembers that a container has passed through, and what it wishes: `Mark`. No rule looks this table up.
    static let markTable: UInt32 = 17_738_997

    /// The number of an interface's own table.
    package static func table(of interface: UInt32) -> UInt32 { 17_739_000 &+ interface }
}

extension Link {
    /// Whether it is in our device group or may be put there. Any other group is somebody else's.
    package var canBeGrouped: Bool { group == 0 || group == Ours.group }
}
