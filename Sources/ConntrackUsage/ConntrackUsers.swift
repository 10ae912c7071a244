import LinuxSystem
import Netlink

/// The greatest holders of connection tracking entries, counted one by one in constant memory.
public struct ConntrackUsers {
    private let grouping: ConntrackGrouping
    private let owners: AddressOwners
    private var hitters: HeavyHitters<ConntrackKey>

    /// Enough to miss no group of more than 244 among a million entries. Four times as many counters would make that 61, but
    /// exceed the processor's cache and spend a fifth of the time waiting for memory.
    public static let counters = 4096

    /// The entries of the reading before, and of this one for the next; nil if nobody asks what is new.
    private let former: KnownEntries?
    private var present: KnownEntries?
    private let seed: UInt64

    /// Use a new seed each time: whoever makes connections chooses the keys and could make them collide.
    public init(by grouping: ConntrackGrouping, owners: AddressOwners, counters: Int = Self.counters, seed: UInt64) {
        self.init(by: grouping, owners: owners, counters: counters, seed: seed, former: nil)
    }

    private init(
        by grouping: ConntrackGrouping, owners: AddressOwners, counters: Int, seed: UInt64, former: KnownEntries?
    ) {
        self.grouping = grouping
        self.owners = owners
        self.seed = seed
        self.former = former
        hitters = HeavyHitters(counters: counters, seed: seed)
    }

    /// From now on entries are remembered, so that a later reading can tell which are new.
    public mutating func remember() { present = KnownEntries(seed: seed) }

    /// Counts another reading, of which each entry is new that this one did not have, and remembers that as well. To be called when
    /// this one is complete.
    public func next(owners: AddressOwners) -> ConntrackUsers {
        var next = ConntrackUsers(
            by: grouping, owners: owners, counters: hitters.capacity, seed: seed, former: present)
        next.remember()
        return next
    }

    /// The number of entries counted so far.
    public var total: Int { hitters.total }

    /// The most by which a figure may be too high; 0 while all are exact.
    public var maximumError: Int { hitters.maximumError }

    /// The number of entries that the reading before did not have; nil without one.
    public var new: Int? { former == nil ? nil : hitters.totalNew }

    public mutating func count(_ entry: ConntrackEntry) {
        // An entry may come in the place of another, with the same number: the source tells most of those apart.
        let id = entry.id.map { mixed(UInt64($0), entry.source.low) }
        if let id { present?.insert(id) }
        hitters.count(key(of: entry), isNew: id.map { former?.contains($0) == false } ?? false)
    }

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

    /// The greatest holders, the greatest first; by name in the order of their names.
    public func top(_ limit: Int, by order: ConntrackOrder = .entries) -> [ConntrackUser] {
        let sorted = hitters.hitters.sorted { left, right in
            if order == .rate, left.new != right.new { return left.new > right.new }
            return left.count != right.count ? left.count > right.count : left.key < right.key
        }
        let users = sorted.prefix(limit).map { hitter in
            let key = hitter.key
            return ConntrackUser(
                owner: key.owner == ConntrackKey.outside ? nil : owners.owners[Int(key.owner)],
                isAnswering: key.isAnswering, address: key.address, destination: key.destination,
                service: key.service, zone: key.zone, entries: hitter.count, error: hitter.error,
                new: former == nil ? nil : hitter.new)
        }
        guard order == .name else { return users }
        return users.enumerated().sorted { left, right in
            let names = (left.element.owner?.names.first ?? "", right.element.owner?.names.first ?? "")
            // Those that have none go last.
            if names.0.isEmpty != names.1.isEmpty { return names.1.isEmpty }
            return names.0 != names.1 ? isNaturallyOrdered(names.0, names.1) : left.offset < right.offset
        }.map { $0.element }
    }
}
