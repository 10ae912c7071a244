/// The word among `known` that `word` was probably meant to be; nil if none is near. Bytes are compared, by the Levenshtein distance:
/// one difference in three bytes at most. Letter case makes no difference.
public func nearest(to word: String, among known: [String]) -> String? {
    let word = Array(word.utf8)
    // What is longer is no slip of the finger, and the table below grows with it.
    guard word.count <= 64 else { return nil }
    var best: (text: String, distance: Int)?
    for text in known where text.utf8.count <= 64 {
        let distance = distance(word, Array(text.utf8))
        if distance <= max(1, max(word.count, text.utf8.count) / 3), distance < best?.distance ?? .max {
            best = (text, distance)
        }
    }
    return best?.text
}

/// The least number of bytes to insert, remove, replace, or swap with the next one.
private func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var this = [row + 1]
        for column in right.indices {
            var least = min(last[column + 1], this[column]) + 1
            least = min(least, last[column] + (left[row] | 0x20 == right[column] | 0x20 ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                least = min(least, beforeLast[column - 1] + 1)
            }
            this.append(least)
        }
        (beforeLast, last) = (last, this)
    }
    return last[right.count]
}
