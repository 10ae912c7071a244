/// The known name that a misspelt one is nearest to; nil if none is near. Letter case makes no difference.
func nearest(to name: String, among known: [String]) -> String? {
    let wanted = Array(name.utf8)
    // Whoever wrote the name need not be trusted.
    guard wanted.count <= 32 else { return nil }
    var best: String?
    var least = (wanted.count + 2) / 4 + 1
    for candidate in known {
        let distance = distance(wanted, Array(candidate.utf8))
        if distance < least { (best, least) = (candidate, distance) }
    }
    return best
}

/// How many bytes must be added, removed or replaced to make one of the other (Levenshtein).
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var row: [Int] = []
    for length in 0...other.count { row.append(length) }
    for place in one.indices {
        var diagonal = row[0]
        row[0] = place + 1
        for column in other.indices {
            let replaced = diagonal + (one[place] | 0x20 == other[column] | 0x20 ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, min(diagonal, row[column]) + 1)
        }
    }
    return row[other.count]
}
