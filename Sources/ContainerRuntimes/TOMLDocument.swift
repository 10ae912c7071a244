/// A configuration file in TOML, <https://toml.io/en/v1.0.0>, as far as engines' files use it.
package struct TOMLDocument {
    package indirect enum Value: Hashable {
        case string(String)
        /// A number, a boolean or a date, as written.
        case other(String)
        case array([Value])
        /// An inline table.
        case table([Entry])

        package var elements: [Value]? { if case .array(let elements) = self { elements } else { nil } }
    }

    package struct Entry: Hashable {
        /// The table's name and the key: `engine`, `hooks_dir`.
        package let path: [String]
        package let value: Value
    }

    /// The entries in the order of the file.
    package private(set) var entries: [Entry] = []
    /// The names of tables in brackets, also of those without an entry.
    package private(set) var tables: [[String]] = []
    private var tokens: ArraySlice<TOMLToken>
    private var depth = 0

    /// No engine nests its settings so deep; the reader's stack would end somewhere.
    private static let mostLevels = 64

    /// Nil if the text is not TOML.
    package init?(_ text: String) {
        guard let tokens = TOMLToken.all(in: text) else { return nil }
        self.tokens = tokens[...]
        var table: [String] = []
        while let next = self.tokens.first {
            if next == .newline {
                self.tokens.removeFirst()
            } else if take(.symbol("[")) {
                // Each element of an array of tables counts as a table.
                let isArray = take(.symbol("["))
                guard let path = takePath(), take(.symbol("]")), !isArray || take(.symbol("]")) else { return nil }
                table = path
                tables.append(path)
            } else {
                guard let entry = takeEntry() else { return nil }
                entries.append(Entry(path: table + entry.path, value: entry.value))
            }
        }
    }

    /// The first value of a key; the end of its path may lie in an inline table.
    package subscript(path: [String]) -> Value? { Self.find(path, entries) }

    private static func find(_ path: [String], _ entries: [Entry]) -> Value? {
        for entry in entries where path.starts(with: entry.path) {
            let rest = Array(path.dropFirst(entry.path.count))
            if rest.isEmpty { return entry.value }
            if case .table(let inner) = entry.value, let found = find(rest, inner) { return found }
        }
        return nil
    }

    private mutating func take(_ token: TOMLToken) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func takeEntry() -> Entry? {
        guard let path = takePath(), take(.symbol("=")), let value = takeValue() else { return nil }
        return Entry(path: path, value: value)
    }

    private mutating func takePath() -> [String]? {
        var path: [String] = []
        repeat {
            switch tokens.popFirst() {
            case .string(let name), .bare(let name): path.append(name)
            default: return nil
            }
        } while take(.symbol("."))
        return path
    }

    private mutating func takeValue() -> Value? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.mostLevels else { return nil }
        switch tokens.popFirst() {
        case .string(let text): return .string(text)
        case .bare(var text):
            while take(.symbol(".")), case .bare(let more) = tokens.popFirst() { text += "." + more }
            return .other(text)
        case .symbol("["): return takeList(until: "]") { $0.takeValue() }.map { .array($0) }
        case .symbol("{"): return takeList(until: "}") { $0.takeEntry() }.map { .table($0) }
        default: return nil
        }
    }

    private mutating func takeList<Element>(
        until end: Character, _ element: (inout TOMLDocument) -> Element?
    ) -> [Element]? {
        var list: [Element] = []
        while true {
            while take(.newline) {}
            if take(.symbol(end)) { return list }
            guard let next = element(&self) else { return nil }
            list.append(next)
            while take(.newline) {}
            if !take(.symbol(",")) { return take(.symbol(end)) ? list : nil }
        }
    }
}
