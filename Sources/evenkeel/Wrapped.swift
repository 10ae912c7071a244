/// Lines of at most about so many columns, the later ones indented as far as the first's text. A longer word stays whole.
func wrapped(_ text: String, after head: String, columns: Int = 100) -> [String] {
    let indent = String(repeating: " ", count: head.count)
    var lines = [head]
    var isEmpty = true
    for word in text.split(separator: " ") {
        if !isEmpty && lines[lines.count - 1].count + word.count >= columns {
            lines.append(indent)
            isEmpty = true
        }
        lines[lines.count - 1] += (isEmpty ? "" : " ") + word
        isEmpty = false
    }
    return lines
}
