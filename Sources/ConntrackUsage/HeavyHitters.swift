import Netlink

/// A key that can be counted in a stream.
protocol StreamKey: Equatable {
    /// Must be equal for equal keys, and spread over all bits.
    func hash(seed: UInt64) -> UInt64
}

/// Finds the most frequent keys of a stream with a fixed number of counters: Space-Saving (Metwally, Agrawal and El Abbadi,
/// "Efficient computation of frequent and top-k elements in data streams", 2005).
///
/// Counts are exact while there are no more distinct keys than counters. After that a new key takes over the counter of a key
/// with the least count and keeps that count, so its own may be too high by it. A key that occurs more often than
/// `maximumError` is never missed. `maximumError` is at most the stream's length divided by the number of counters.
struct HeavyHitters<Key: StreamKey> {
    /// A key and its counter.
    struct Hitter {
        let key: Key
        /// An upper bound of the key's occurrences.
        let count: Int
        /// The most by which the count may be too high.
        let error: Int
        /// Those that were said to be new, since the key got its counter.
        let new: Int
    }

    /// A slot of the hash table: a hash, and the index of a counter, negative for none. Most steps need only this.
    private struct Slot {
        var hash: UInt32 = 0
        var index: Int32 = -1
    }

    private(set) var total = 0
    private(set) var totalNew = 0
    // A counter has the same index in each of these arrays, so that a scan of one field reads adjacent memory.
    private var keys: [Key] = []
    private var counts: [UInt32] = []
    private var errors: [UInt32] = []
    private var news: [UInt32] = []
    private var hashes: [UInt32] = []
    /// Open addressing with linear probing.
    private var slots: [Slot]
    let capacity: Int
    private let seed: UInt64
    /// The counters before the hand have counts above `minimum`.
    private var hand: Int
    private var minimum: UInt32 = 0

    /// An unknown `seed` keeps whoever chooses the keys from making them collide.
    init(counters: Int, seed: UInt64) {
        precondition(counters > 0 && counters <= 1 << 24)
        capacity = counters
        self.seed = seed
        hand = counters
        var room = 4
        while room < 2 * counters { room *= 2 }
        slots = [Slot](repeating: Slot(), count: room)
    }

    /// The most by which a count may be too high, and the most occurrences of a key without a counter; 0 while all counts are
    /// exact.
    var maximumError: Int { Int(minimum) }

    var hitters: [Hitter] {
        keys.indices.map { Hitter(key: keys[$0], count: Int(counts[$0]), error: Int(errors[$0]), new: Int(news[$0])) }
    }

    mutating func count(_ key: Key, isNew: Bool = false) {
        total += 1
        let new: UInt32 = isNew ? 1 : 0
        if isNew { totalNew += 1 }
        let hash = UInt32(truncatingIfNeeded: key.hash(seed: seed) >> 32)
        var place = home(hash)
        while slots[place].index >= 0 {
            let index = Int(slots[place].index)
            if slots[place].hash == hash && keys[index] == key {
                counts[index] += 1
                news[index] += new
                return
            }
            place = next(place)
        }
        guard keys.count == capacity else {
            slots[place] = Slot(hash: hash, index: Int32(truncatingIfNeeded: keys.count))
            keys.append(key)
            counts.append(1)
            errors.append(0)
            news.append(new)
            hashes.append(hash)
            return
        }
        takeOver(key, hash, new)
    }

    private mutating func takeOver(_ key: Key, _ hash: UInt32, _ new: UInt32) {
        let index = leastCounted()
        vacate(place(of: index))
        keys[index] = key
        counts[index] = minimum + 1
        errors[index] = minimum
        news[index] = new
        hashes[index] = hash
        var place = home(hash)
        while slots[place].index >= 0 { place = next(place) }
        slots[place] = Slot(hash: hash, index: Int32(truncatingIfNeeded: index))
    }

    /// The index of a counter with the least count. The hand goes round like a clock's. Counts only grow, so each round ends
    /// with a greater minimum, and all rounds together take at most two steps for each key of the stream.
    private mutating func leastCounted() -> Int {
        while true {
            while hand < counts.count {
                let index = hand
                hand += 1
                if counts[index] == minimum { return index }
            }
            minimum = counts.min() ?? 0
            hand = 0
        }
    }

    private func home(_ hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }

    private func next(_ place: Int) -> Int { (place + 1) & (slots.count - 1) }

    private func place(of index: Int) -> Int {
        var place = home(hashes[index])
        while slots[place].index != Int32(truncatingIfNeeded: index) { place = next(place) }
        return place
    }

    /// Empties a slot and moves later ones up that would not be found across the gap (Knuth, volume 3, 6.4, algorithm R).
    private mutating func vacate(_ place: Int) {
        var gap = place
        var probe = next(place)
        while slots[probe].index >= 0 {
            let distance = (probe - home(slots[probe].hash)) & (slots.count - 1)
            if distance >= (probe - gap) & (slots.count - 1) {
                slots[gap] = slots[probe]
                gap = probe
            }
            probe = next(probe)
        }
        slots[gap] = Slot()
    }
}
