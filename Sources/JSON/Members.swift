/// A member of an object, whatever type its value was made into.
protocol Named {
    var name: String { get }
}

extension JSON.Member: Named {}
extension JSONSpan.Member: Named {}

extension Reader {
    /// The members of the object that begins here. `make` reads the value of each. A duplicate name is an error: RFC 8259,
    /// section 4, leaves it to readers which value counts, so two could understand different things. Names are equal if their
    /// unescaped bytes are.
    mutating func members<Member: Named>(
        _ make: (inout Reader, Name) throws(Fault) -> Member
    ) throws(Fault) -> [Member] {
        let start = position
        var members: [Member] = []
        var seen = SeenNames()
        try object { (reader, name) throws(Fault) in
            if members.count < Self.few && seen.mayHold(name, of: reader) {
                for member in members where reader.isEqual(name, member.name) {
                    throw Fault(.duplicate, at: name.range.lowerBound - 1)
                }
            }
            if members.isEmpty { members.reserveCapacity(4) }
            members.append(try make(&reader, name))
        }
        if members.count > Self.few, let index = Self.duplicate(among: members) {
            throw Fault(.duplicate, at: try place(ofName: index, start))
        }
        return members
    }

    /// Up to this many names are compared with each other; more are sorted. A hash table would be slow for names chosen to
    /// collide.
    private static var few: Int { 16 }

    /// The index of the first member whose name an earlier one has.
    private static func duplicate<Member: Named>(among members: [Member]) -> Int? {
        let names = members.enumerated().map { SortedName(index: $0.offset, name: $0.element.name) }.sorted {
            $0.precedes($1)
        }
        var first: Int?
        for (one, other) in zip(names, names.dropFirst()) where one.hasName(of: other) {
            first = min(first ?? other.index, other.index)
        }
        return first
    }

    /// The offset of a member's name. Reads the object again, since errors may take time.
    private func place(ofName index: Int, _ start: Int) throws(Fault) -> Int {
        var reader = self
        reader.position = start
        var places: [Int] = []
        try reader.object { (reader, name) throws(Fault) in
            places.append(name.range.lowerBound - 1)
            try reader.skip()
        }
        return places[index]
    }
}

/// A bit for each name by its length, first and last byte. Most names of an object differ in it, and need not be compared.
private struct SeenNames {
    private var bits: UInt64 = 0

    /// Adds the name. Returns whether it may have been added before.
    mutating func mayHold(_ name: Name, of reader: Reader) -> Bool {
        var bit = UInt64.max
        // The meaning of an escape is not known here.
        if !name.hasEscapes {
            let range = name.range
            let ends =
                range.isEmpty ? 0 : Int(reader.text[range.lowerBound]) + 7 * Int(reader.text[range.upperBound - 1])
            bit = 1 << UInt64((range.count + ends) & 63)
        }
        defer { bits |= bit }
        return bits & bit != 0
    }
}

/// A name, sorted by a hash and, if two hashes are equal, by its bytes.
private struct SortedName {
    /// The index of its member.
    let index: Int
    private let name: String
    private let hash: UInt64

    init(index: Int, name: String) {
        self.index = index
        self.name = name
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        self.hash = hash
    }

    func hasName(of other: SortedName) -> Bool { hash == other.hash && name.utf8.elementsEqual(other.name.utf8) }

    func precedes(_ other: SortedName) -> Bool {
        if hash != other.hash { return hash < other.hash }
        if hasName(of: other) { return index < other.index }
        return name.utf8.lexicographicallyPrecedes(other.name.utf8)
    }
}
