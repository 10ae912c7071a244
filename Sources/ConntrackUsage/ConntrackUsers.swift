import Netlink

/// Who holds most entries of the connection tracking table, counted as they come, in the same memory however many there are.
public struct ConntrackUsers {
    private let grouping: ConntrackGrouping
    private let owners: AddressOwners
    private var hitters: HeavyHitters<ConntrackKey>

    /// Of a million entries, no group that holds more than 244 is missed. Four times as many counters would make that 61,
    /// but leave the processor's cache, and a fifth of the time goes into waiting for memory then.
    public static let counters = 4096

    /// The seed is to be another each time: whoever makes connections chooses the keys.
    public init(by grouping: ConntrackGrouping, owners: AddressOwners, counters: Int = Self.counters, seed: UInt64) {
        self.grouping = grouping
        self.owners = owners
        hitters = HeavyHitters(counters: counters, seed: seed)
    }

    /// Entries counted so far.
    public var total: Int { hitters.total }

    /// By how much the figures are too high at most; 0 as long as they are exact.
    public var maximumError: Int { hitters.maximumError }

    public mutating func count(_ entry: ConntrackEntry) { hitters.count(key(of: entry)) }

    private func key(of entry: ConntrackEntry) -> ConntrackKey {
        var key = ConntrackKey()
        switch grouping {
        case .flow:
            (key.owner, key.isAnswering) = owner(of: entry)
            key.address = entry.source
            (key.destination, key.service, key.zone) = (entry.destination, entry.service, entry.zone)
        case .container: key.owner = owner(of: entry).index
        case .address:
            key.owner = owners.index(of: entry.source) ?? ConntrackKey.outside
            (key.address, key.zone) = (entry.source, entry.zone)
        case .destination: (key.destination, key.service, key.zone) = (entry.destination, entry.service, entry.zone)
        }
        return key
    }

    /// A container before the host, which may be no more than the gateway; who opens before who answers.
    private func owner(of entry: ConntrackEntry) -> (index: AddressOwners.Index, isAnswering: Bool) {
        let source = owners.index(of: entry.source)
        if let source, owners.isContainer(source) { return (source, false) }
        let responder = owners.index(of: entry.responder)
        if let responder, owners.isContainer(responder) { return (responder, true) }
        if let source { return (source, false) }
        return responder.map { ($0, true) } ?? (ConntrackKey.outside, false)
    }

    /// Those that hold most, the greatest first.
    public func top(_ limit: Int) -> [ConntrackUser] {
        let sorted = hitters.hitters.sorted { left, right in
            left.count != right.count ? left.count > right.count : left.key < right.key
        }
        return sorted.prefix(limit).map { hitter in
            let key = hitter.key
            return ConntrackUser(
                owner: key.owner == ConntrackKey.outside ? nil : owners.owners[Int(key.owner)],
                isAnswering: key.isAnswering, address: key.address, destination: key.destination,
                service: key.service, zone: key.zone, entries: hitter.count, error: hitter.error)
        }
    }
}
