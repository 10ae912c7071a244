/// Makes text from a container, a configuration or the kernel safe for a terminal or a log: control characters become `?`.
///
/// Interface names may hold any byte but `/`, `:` and white space; a terminal would obey an escape sequence in one.
public func printable(_ text: String) -> String {
    // Nearly all text is harmless ASCII.
    var plain = text
    if plain.withUTF8({ $0.allSatisfy { (0x20..<0x7f).contains($0) } }) { return text }
    let isControl = { (scalar: Unicode.Scalar) in
        // C0, DEL and C1, and the marks that reorder text (UAX #9).
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x202a...0x202e).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(isControl(scalar) ? "?" : scalar) }
    return String(result)
}
