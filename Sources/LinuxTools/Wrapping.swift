/// Text behind `head`, in lines at most so many cells wide; the later ones begin with `indent`, by default as many blanks as `head`
/// is wide. Gaps between words stay as they are, but where a line ends. A word that is wider than a line is broken.
///
/// Without a number no terminal is there: lines of about a hundred, in which a longer word stays whole.
public func wrapped(_ text: String, after head: String = "", then indent: String? = nil, columns: Int?) -> [String] {
    let room = columns ?? 100
    let margin = String(head.prefix { $0 == " " })
    // Too little room is left beside a long head: the text goes on below it.
    guard head == margin || head.cells * 3 <= room * 2 || columns == nil else {
        let indent = indent ?? margin + "    "
        return wrapped(head.dropFirst(margin.count) + text, after: margin, then: indent, columns: columns)
    }
    let indent = indent ?? String(repeating: " ", count: head.cells)
    var paragraph = Paragraph(head, then: indent, room, isBreaking: columns != nil)
    for (gap, word) in words(text) { paragraph.append(word, after: gap) }
    return paragraph.lines
}

/// A shell command in lines that are one command when they are pasted: each but the last ends with a backslash. A comment behind the
/// command goes before it, if the line has no room for both. Without a number it stays as it is.
public func wrappedCommand(_ command: String, after head: String, then indent: String, columns: Int?) -> [String] {
    guard let columns, (head + command).cells > columns else { return [head + command] }
    var words = shellWords(command)
    var lines: [String] = []
    if let start = words.firstIndex(where: { $0.hasPrefix("#") }), start > 0 {
        let comment = words[start...].joined(separator: " ")
        let near = head + words[..<start].joined(separator: " ") + "  " + comment
        if near.cells <= columns { return [near] }
        lines = wrapped(comment, after: head, then: head + "# ", columns: columns)
        words = Array(words[..<start])
        if (head + words.joined(separator: " ")).cells <= columns {
            return lines + [head + words.joined(separator: " ")]
        }
    }
    // Inside a quoted word a backslash would be part of it, and a new line may be, too: it is broken without.
    guard words.allSatisfy({ $0.cells <= columns - indent.cells - 2 }) else {
        return lines + wrapped(words.joined(separator: " "), after: head, then: indent, columns: columns)
    }
    var paragraph = Paragraph(head, then: indent, columns - 2, isBreaking: false)
    for word in words { paragraph.append(word, after: 1) }
    let parts = paragraph.lines
    return lines + parts.dropLast().map { $0 + " \\" } + parts.suffix(1)
}

/// Lines of text, each at most so many cells wide. One that is wider goes on below its second column if it has one, that is behind a
/// gap of two blanks; otherwise as far to the right as it begins, and `hang` more.
public func fitted(_ text: String, columns: Int, hang: Int = 2) -> String {
    guard text.cells > columns else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { fitted(line: String($0), columns: columns, hang: hang).joined(separator: "\n") }.joined(separator: "\n")
}

private func fitted(line: String, columns: Int, hang: Int) -> [String] {
    guard line.cells > columns else { return [line] }
    var margin = String(line.prefix { $0 == " " })
    let text = String(line.dropFirst(margin.count))
    if margin.cells > columns / 3 { margin = "      " }
    let parts = words(text)
    if let second = parts.dropFirst().firstIndex(where: { $0.gap >= 2 }) {
        let label = parts[..<second].map { String(repeating: " ", count: $0.gap) + $0.text }.joined()
        let head = margin + label + String(repeating: " ", count: parts[second].gap)
        if head.cells <= columns / 2 {
            let rest = parts[second...].enumerated().map { place, part in
                (place == 0 ? "" : String(repeating: " ", count: part.gap)) + part.text
            }.joined()
            return wrapped(rest, after: head, columns: columns)
        }
    }
    return wrapped(text, after: margin, then: margin + String(repeating: " ", count: hang), columns: columns)
}

/// The words of a text, each with the number of blanks before it.
private func words(_ text: String) -> [(gap: Int, text: String)] {
    var words: [(gap: Int, text: String)] = []
    var gap = 0
    for part in text.split(separator: " ", omittingEmptySubsequences: false) {
        if part.isEmpty {
            gap += 1
        } else {
            words.append((gap, String(part)))
            gap = 1
        }
    }
    return words
}

/// The words as a shell takes them apart at blanks, as they are written.
private func shellWords(_ command: String) -> [String] {
    var words = [""]
    var quote: Character?
    var isEscaped = false
    for character in command {
        if character == " ", quote == nil, !isEscaped {
            if words.last != "" { words.append("") }
            continue
        }
        words[words.count - 1].append(character)
        if isEscaped {
            isEscaped = false
        } else if character == "\\", quote != "'" {
            isEscaped = true
        } else if character == quote {
            quote = nil
        } else if quote == nil, character == "'" || character == "\"" {
            quote = character
        }
    }
    return words.filter { !$0.isEmpty }
}

/// Lines that are filled word by word.
private struct Paragraph {
    private(set) var lines: [String]
    private let indent: String
    private let room: Int
    /// Whether a word is broken that is wider than a line.
    private let isBreaking: Bool
    private var isLineEmpty = true

    init(_ head: String, then indent: String, _ room: Int, isBreaking: Bool) {
        lines = [head]
        (self.indent, self.room, self.isBreaking) = (indent, room, isBreaking)
    }

    mutating func append(_ word: String, after gap: Int) {
        let blanks = isLineEmpty ? "" : String(repeating: " ", count: gap)
        if lines[lines.count - 1].cells + blanks.count + word.cells <= room || (isLineEmpty && !isBreaking) {
            lines[lines.count - 1] += blanks + word
            isLineEmpty = false
            return
        }
        if !isLineEmpty { lines.append(indent) }
        isLineEmpty = true
        place(word)
    }

    /// Puts a word on a line that is empty but for its beginning.
    private mutating func place(_ word: String) {
        let last = lines.count - 1
        let isIndent = lines[last].allSatisfy { $0 == " " }
        if isBreaking, lines[last].cells + word.cells > room {
            if isIndent, word.cells <= room {
                // An address or a path that has room further to the left stays whole.
                lines[last] = String(repeating: " ", count: room - word.cells)
            } else if isIndent || lines[last].cells + 8 > room || lines[last] == indent {
                let (first, rest) = word.parted(after: max(room - lines[last].cells, 1))
                guard !rest.isEmpty, !first.isEmpty else { return finish(word) }
                lines[last] += first
                lines.append(indent)
                return place(rest)
            } else {
                lines.append(indent)
                return place(word)
            }
        }
        finish(word)
    }

    private mutating func finish(_ word: String) {
        lines[lines.count - 1] += word
        isLineEmpty = false
    }
}
