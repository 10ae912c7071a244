extension String {
    /// The text as XML 1.0 and HTML have it, also between quotes. What XML has no place for becomes U+FFFD.
    var escapedForXML: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.isAllowedInXML: result.unicodeScalars.append(scalar)
            default: result += "\u{fffd}"
            }
        }
        return result
    }

    /// The text between the quotes of a label in Graphviz's language, where `&` begins a character's name.
    var escapedForGraphviz: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case _ where scalar.isAllowedInXML && scalar.value >= 0x20: result.unicodeScalars.append(scalar)
            default: result += "\u{fffd}"
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// XML 1.0, section 2.2, without the control characters that it merely discourages, and without marks that reorder text.
    fileprivate var isAllowedInXML: Bool {
        switch value {
        case 0x00...0x1f, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0x061c: false
        default: value & 0xfffe != 0xfffe
        }
    }
}
