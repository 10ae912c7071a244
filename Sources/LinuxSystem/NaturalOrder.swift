/// Orders names with runs of digits as numbers: eth2 before eth10.
public func isNaturallyOrdered(_ left: String, _ right: String) -> Bool {
    // Without copies, since sorting calls this often.
    var (left, right) = (left, right)
    return left.withUTF8 { left in
        right.withUTF8 { isNaturallyOrdered(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer($0)) }
    }
}

/// The same order for the names' bytes.
package func isNaturallyOrdered(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    var (left, right) = (left[...], right[...])
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    while let a = left.first, let b = right.first {
        if isDigit(a) && isDigit(b) {
            let (runA, runB) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
            let zero = UInt8(ascii: "0")
            let (numberA, numberB) = (runA.drop { $0 == zero }, runB.drop { $0 == zero })
            if numberA.count != numberB.count { return numberA.count < numberB.count }
            if !numberA.elementsEqual(numberB) { return numberA.lexicographicallyPrecedes(numberB) }
            // 01 and 1 are the same number but not the same name.
            if runA.count != runB.count { return runA.count < runB.count }
            (left, right) = (left.dropFirst(runA.count), right.dropFirst(runB.count))
        } else if a != b {
            return a < b
        } else {
            (left, right) = (left.dropFirst(), right.dropFirst())
        }
    }
    return left.count < right.count
}
