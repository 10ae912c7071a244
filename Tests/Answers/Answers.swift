/// The answers that are the same in every build, each with its question in front.
func answers() -> [String] {
    documents() + requests() + policies() + names() + containers() + plans() + errors() + memory()
}

/// Text on one line, whatever is in it.
func quoted(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
        if (0x20..<0x7f).contains(scalar.value) {
            line.unicodeScalars.append(scalar)
        } else {
            line += "<\(scalar.value)>"
        }
    }
    return line
}

/// A question and what came of it.
func answer(_ question: String, _ said: String) -> String { "\(quoted(question)): \(quoted(said))" }
