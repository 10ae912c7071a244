/// Makes text from a container, a configuration or the kernel safe for a terminal or a log: control characters become `?`.
///
/// Interface names may hold any byte but `/`, `:` and white space; a terminal would obey an escape sequence in one.
public func printable(_ text: String) -> String {
    // Nearly all text is harmless ASCII.
    var plain = text
    if plain.withUTF8({ $0.allSatisfy { (0x20..<0x7f).contains($0) } }) { return text }
    let isControl = { (scalar: Unicode.Scalar) in
        // C0, DEL and C1, the line and paragraph separators, and the marks that reorder text (UAX #9).
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x200e...0x200f).contains(scalar.value)
            || (0x2028...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || scalar.value == 0x061c
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(isControl(scalar) ? "?" : scalar) }
    return String(result)
}

/// The same of text of several lines, whose ends stay.
package func printableLines(_ text: String) -> String {
    let lines = text.parts(between: UInt8(ascii: "\n"))
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for (place, line) in lines.enumerated() {
        if place > 0 { result += "\n" }
        result += printable(line)
    }
    return result
}
