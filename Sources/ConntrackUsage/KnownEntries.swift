/// Tells whether an entry was there at an earlier reading, in constant memory: a Bloom filter (Bloom, "Space/time trade-offs in hash
/// coding with allowable errors", 1970).
///
/// An entry that was there is always known. One that was not is taken for known in one of 500 cases where there were a million entries,
/// in one of fifty with two million, and in one of seven with four million.
struct KnownEntries {
    /// 2 MiB: sixteen for each of a million entries, which few hosts have.
    private static let bits = 1 << 24
    private static let probes = 4

    private var words = [UInt64](repeating: 0, count: bits / 64)
    private let seed: UInt64

    /// An unknown `seed` keeps whoever makes connections from making them collide.
    init(seed: UInt64) { self.seed = seed }

    mutating func insert(_ id: UInt64) {
        forEachProbe(of: id) { words[$0 >> 6] |= 1 << UInt64($0 & 63) }
    }

    func contains(_ id: UInt64) -> Bool {
        var isThere = true
        forEachProbe(of: id) { isThere = isThere && words[$0 >> 6] & 1 << UInt64($0 & 63) != 0 }
        return isThere
    }

    /// Places at equal distances, of which both halves of one hash decide (Kirsch and Mitzenmacher, 2006).
    private func forEachProbe(of id: UInt64, _ body: (Int) -> Void) {
        let hash = mixed(seed, id)
        let step = hash >> 32 | 1
        for probe in 0..<UInt64(Self.probes) {
            body(Int(truncatingIfNeeded: (hash &+ probe &* step) & UInt64(Self.bits - 1)))
        }
    }
}
