import Netlink

/// What this product writes into a container's kernel, told apart from everybody else's by these numbers.
enum Ours {
    /// The `protocol` of our rules, and of a winner's copy in its table.
    static let routeProtocol: UInt8 = 69
    /// The `protocol` of the copy of a default that stays in main itself.
    static let standbyProtocol: UInt8 = 70
    /// Asked just before the rule for table main, after whatever others put at that priority or a lower one.
    static let rulePriority: UInt32 = 32765
    /// The device group of the networks' interfaces, by which a default of anything else is told from theirs.
    static let group: UInt32 = 17739
    /// The first metric of losers that have to stay in main.
    static let standbyMetric: UInt32 = 17740
    /// The winner's metric in mode `ranked`: below what engines use (100, 99 for macvlan, 1024 in IPv6).
    static let firstRank: UInt32 = 50

    /// Not looked up by any rule: whose default should win by the word of its network.
    static let preferredTable: UInt32 = 17_738_999
    /// Nor this one: whose should win by the word of the container.
    static let chosenTable: UInt32 = 17_738_998

    /// An interface's own table.
    static func table(of interface: UInt32) -> UInt32 { 17_739_000 &+ interface }
}

extension Link {
    /// Whether it is in our device group or could be put there. Any other group is somebody's.
    var canBeGrouped: Bool { group == 0 || group == Ours.group }
}
