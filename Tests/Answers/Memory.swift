import JSON

/// Values of every size made, kept for a while and let go, as one program's allocator sees them: their sum is known by how
/// they were made.
func memory() -> [String] {
    var state: UInt64 = 1
    let next = { (below: UInt64) -> Int in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % below)
    }
    var kept = [[UInt8]](repeating: [], count: 64)
    var texts = [String](repeating: "", count: 64)
    var sum: UInt64 = 0
    for round in 0..<20_000 {
        let place = next(64)
        let size = next(8) == 0 ? next(70_000) : next(300)
        sum = sum &* 31 &+ kept[place].reduce(0) { $0 &+ UInt64($1) } &+ UInt64(texts[place].utf8.count)
        kept[place] = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: size)
        if next(4) == 0 { kept[next(64)] += kept[place] }
        texts[place] = texts[next(64)].utf8.count > 2000 ? "" : texts[next(64)] + "\(round)"
        if next(16) == 0 { sum = sum &+ UInt64(JSON.array(texts.prefix(9).map { .string($0) }).text().utf8.count) }
        // What grew without bound would only measure the machine.
        for place in kept.indices where kept[place].count > 300_000 { kept[place] = [] }
    }
    return [answer("the sum of what was kept", "\(sum)")]
}
