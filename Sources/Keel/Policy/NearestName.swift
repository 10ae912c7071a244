/// The known name that a misspelt one is nearest to; nil if none is near. Letter case, `-` and `_` make no difference.
func nearest(to name: String, among known: [String]) -> String? {
    let wanted = folded(name)
    // Whoever wrote the name need not be trusted.
    guard !wanted.isEmpty, wanted.count <= 32 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
        let distance = distance(wanted, folded(candidate))
        if distance <= (wanted.count + 2) / 4, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func folded(_ name: String) -> [UInt8] {
    name.utf8.prefix(64).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }.map {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0
    }
}

/// How many bytes must be added, removed or replaced to make one of the other (Levenshtein).
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row = Array(0...other.count)
    for (place, byte) in one.enumerated() {
        var diagonal = row[0]
        row[0] = place + 1
        for column in other.indices {
            let replaced = diagonal + (byte == other[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[other.count]
}
