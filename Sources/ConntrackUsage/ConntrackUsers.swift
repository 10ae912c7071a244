import Netlink

/// The greatest holders of connection tracking entries, counted one by one in constant memory.
public struct ConntrackUsers {
    private let grouping: ConntrackGrouping
    private let owners: AddressOwners
    private var hitters: HeavyHitters<ConntrackKey>

    /// Enough to miss no group of more than 244 among a million entries. Four times as many counters would make that 61, but
    /// exceed the processor's cache and spend a fifth of the time waiting for memory.
    public static let counters = 4096

    /// Use a new seed each time: whoever makes connections chooses the keys and could make them collide.
    public init(by grouping: ConntrackGrouping, owners: AddressOwners, counters: Int = Self.counters, seed: UInt64) {
        self.grouping = grouping
        self.owners = owners
        hitters = HeavyHitters(counters: counters, seed: seed)
    }

    /// The number of entries counted so far.
    public var total: Int { hitters.total }

    /// The most by which a figure may be too high; 0 while all are exact.
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

    /// Prefers a container to the host, which may be only the gateway; then the opener to the answerer.
    private func owner(of entry: ConntrackEntry) -> (index: AddressOwners.Index, isAnswering: Bool) {
        let source = owners.index(of: entry.source)
        if let source, owners.isContainer(source) { return (source, false) }
        let responder = owners.index(of: entry.responder)
        if let responder, owners.isContainer(responder) { return (responder, true) }
        if let source { return (source, false) }
        return responder.map { ($0, true) } ?? (ConntrackKey.outside, false)
    }

    /// The greatest holders, the greatest first.
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
