/// The known name that a misspelt one is nearest to; nil if none is near. Letter case, `-` and `_` make no difference.
func nearest(to name: String, among known: [String]) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= mostBytes else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
        let distance = distance(wanted, folded(candidate))
        if distance <= (wanted.count + 2) / 4, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func folded(_ name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in name.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_") {
        if bytes.count > mostBytes { break }
        bytes.append(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte)
    }
    return bytes
}

/// Whoever wrote a name need not be trusted.
private let mostBytes = 32

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
