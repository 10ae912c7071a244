import JSON
import LinuxSystem

extension FuzzTarget {
    static let json = FuzzTarget(name: "json", input: "a JSON text", dictionary: "json") { text in
        let parsed = reading { () throws(JSONError) in try JSON(parsing: text) }
        let span = reading { () throws(JSONError) in try JSONSpan(of: text) }
        switch (parsed, span) {
        case (.failure(let one), .failure(let other)):
            require(one == other, "the value's error is \(one), the places' is \(other)")
            requirePlain(one.description)
        case (.success(let value), .success(let span)):
            requireRoundTrip(value)
            requirePlaces(span, of: value, in: text, levels: 2)
            requireSkim(text, value)
        default: require(false, "only one of value and places can be read")
        }
    }

    /// What is printed reads back as the same, and is nothing that a terminal obeys.
    static func requireRoundTrip(_ value: JSON) {
        for isPretty in [false, true] {
            let text = value.text(pretty: isPretty)
            requirePlain(isPretty ? text.parts(between: UInt8(ascii: "\n")).joined() : text)
            guard case .success(let again) = reading({ () throws(JSONError) in try JSON(parsing: Array(text.utf8)) })
            else { return require(false, "cannot be read again: \(text)") }
            // Strings that differ in bytes may be equal.
            require(again == value && again.text(pretty: isPretty) == text, "read again it is another: \(text)")
        }
    }

    private static func requirePlaces(_ span: JSONSpan, of value: JSON, in text: [UInt8], levels: Int) {
        let part = Array(text[span.range])
        guard case .success(let again) = reading({ () throws(JSONError) in try JSON(parsing: part) }) else {
            return require(false, "no value at \(span.range)")
        }
        require(again == value, "another value at \(span.range)")
        require(span.members.count == value.members?.count ?? 0, "members are missing at \(span.range)")
        require(span.elements.count == value.elements?.count ?? 0, "elements are missing at \(span.range)")
        guard levels > 0 else { return }
        for (place, element) in zip(span.elements, value.elements ?? []).prefix(8) {
            requirePlaces(place, of: element, in: text, levels: levels - 1)
        }
        for (place, member) in zip(span.members, value.members ?? []).prefix(8) {
            require(Array(place.name.utf8) == Array(member.name.utf8), "another name at \(place.nameRange)")
            requirePlaces(place.value, of: member.value, in: text, levels: levels - 1)
        }
    }

    /// Only the members that are asked for, of a text that can be read whole.
    private static func requireSkim(_ text: [UInt8], _ whole: JSON) {
        let paths = [["a"], ["b", "c"], ["b", "d", "e"], ["config", "labels"]]
        guard
            case .success(let part) = reading({ () throws(JSONError) in try JSON(parsing: text, only: paths) })
        else { return require(false, "cannot be read in part") }
        require(part["a"] == whole["a"], "another a")
        for name in ["b", "config"] {
            require((part[name] == nil) == (whole[name] == nil), "another \(name)")
        }
        require(part["b"]?["c"] == whole["b"]?["c"], "another b.c")
        require(part["b"]?["d"]?["e"] == whole["b"]?["d"]?["e"], "another b.d.e")
        require(part["config"]?["labels"] == whole["config"]?["labels"], "another config.labels")
    }

    static let jsonEdits = FuzzTarget(
        name: "json-edits", input: "a byte that says which values are replaced, and a JSON text", dictionary: "json"
    ) { input in
        var choices = Choices(input)
        let pattern = choices.byte()
        let text = choices.remainder()
        guard case .success(let span) = reading({ () throws(JSONError) in try JSONSpan(of: text) }),
            case .success(let value) = reading({ () throws(JSONError) in try JSON(parsing: text) })
        else { return }
        var replacing = Replacing(pattern: pattern)
        let expected = replacing.value(value, span)
        let result = text.applying(replacing.edits)
        guard case .success(let edited) = reading({ () throws(JSONError) in try JSON(parsing: result) }) else {
            return require(false, "after edits it is no JSON: \(String(decoding: result, as: UTF8.self))")
        }
        require(edited == expected, "after edits it is another: \(String(decoding: result, as: UTF8.self))")
        // From its end, since the first edit moves all that follows.
        var (rest, whole) = (result[...], text[...])
        for edit in replacing.edits.reversed() {
            let behind = whole[edit.range.upperBound...]
            require(rest.suffix(behind.count) == behind, "a byte behind \(edit.range) changed")
            rest = rest.dropLast(behind.count)
            require(rest.suffix(edit.replacement.count) == edit.replacement[...], "\(edit.range) is not replaced")
            rest = rest.dropLast(edit.replacement.count)
            whole = whole[..<edit.range.lowerBound]
        }
        require(rest == whole, "a byte before the edits changed")
    }

    /// Replaces some of a text's values that hold no others.
    private struct Replacing {
        /// A bit for each of the eight values in a row.
        let pattern: UInt8
        private var count = 0
        private(set) var edits: [Edit] = []

        init(pattern: UInt8) { self.pattern = pattern }

        mutating func value(_ value: JSON, _ span: JSONSpan) -> JSON {
            if let elements = value.elements, !elements.isEmpty {
                var new: [JSON] = []
                for (element, place) in zip(elements, span.elements) { new.append(self.value(element, place)) }
                return .array(new)
            }
            if let members = value.members, !members.isEmpty {
                var new: [JSON.Member] = []
                for (member, place) in zip(members, span.members) {
                    new.append(.init(member.name, self.value(member.value, place.value)))
                }
                return .object(new)
            }
            defer { count += 1 }
            guard pattern >> (count % 8) & 1 == 1 else { return value }
            let new = JSON.array([.string("é\u{1b}\(count)"), .boolean(true)])
            edits.append(Edit(span.range, new.text()))
            return new
        }
    }
}

/// What reading yields: a value or an error.
func reading<Value, Failure: Error>(_ body: () throws(Failure) -> Value) -> Result<Value, Failure> {
    do { return .success(try body()) } catch { return .failure(error) }
}

/// A text for people must hold nothing that a terminal obeys.
func requirePlain(_ text: String) {
    require(Array(printable(text).utf8) == Array(text.utf8), "a terminal obeys it: \(text.debugDescription)")
}
