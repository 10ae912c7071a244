import JSON

/// The layout of the objects in a list's "plugins", so that a new one looks like the author's own.
struct Layout {
    /// The text between two objects: comma and white space.
    let separator: String
    private let last: ObjectLayout

    /// For a list with at least one plugin; the last one is the pattern.
    init(of list: ConfigurationList) {
        let spans = list.array.elements
        last = spans.last.map { ObjectLayout(of: $0, in: list.text) } ?? ObjectLayout()
        if let two = spans.dropLast().last, let three = spans.last {
            separator = list.text.between(two.range, three.range)
        } else if let only = spans.first {
            let lead = list.text.part(list.array.range.lowerBound + 1..<only.range.lowerBound)
            separator = "," + (lead.lastLine ?? (lead.isEmpty ? last.spacing : lead))
        } else {
            separator = ","
        }
    }

    func object(_ members: [JSON.Member]) -> String { last.object(members) }
}

/// The white space of an object.
struct ObjectLayout {
    private var opening = ""
    /// The colon and the white space around it.
    private var colon = ":"
    private var closing = ""
    /// The text between two members.
    private(set) var separator = ","

    init() {}

    init(of span: JSONSpan, in text: [UInt8]) {
        guard let first = span.members.first, let final = span.members.last else { return }
        opening = text.part(span.range.lowerBound + 1..<first.nameRange.lowerBound)
        colon = text.between(first.nameRange, first.value.range)
        closing = text.part(final.value.range.upperBound..<span.range.upperBound - 1)
        if span.members.count > 1 {
            separator = text.between(first.value.range, span.members[1].nameRange)
        } else {
            separator = "," + (opening.lastLine ?? spacing)
        }
    }

    /// The author's spacing after a comma within a line.
    var spacing: String { colon.hasSuffix(":") ? "" : " " }

    func member(_ member: JSON.Member) -> String { "\"\(member.name)\"\(colon)\(member.value.text())" }

    func object(_ members: [JSON.Member]) -> String {
        "{\(opening)\(members.map { self.member($0) }.joined(separator: separator))\(closing)}"
    }
}

extension [UInt8] {
    fileprivate func part(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }

    fileprivate func between(_ left: Range<Int>, _ right: Range<Int>) -> String {
        part(left.upperBound..<right.lowerBound)
    }
}

extension String {
    /// The text from the last line break on, which may be CR LF; nil without a line break.
    fileprivate var lastLine: String? {
        guard let feed = utf8.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        let before = feed > startIndex ? utf8.index(before: feed) : feed
        return String(self[(utf8[before] == UInt8(ascii: "\r") ? before : feed)...])
    }
}
