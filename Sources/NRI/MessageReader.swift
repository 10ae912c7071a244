/// Reads one message of ttrpc as it arrives: protocol buffers, of which numbers and bytes with a length matter.
struct MessageReader {
    /// What has been found since somebody last took it.
    var found: [NRIMessage] = []

    private enum State {
        case key
        case number(of: UInt64)
        case length(of: UInt64)
        case bytes(of: UInt64, left: Int, areKept: Bool)
    }

    private var content: MessageContent
    private let stream: UInt32
    /// The messages inside each other that have begun, and where each ends.
    private var open: [(kind: MessageContent.Kind, end: Int)]
    private var position = 0
    private var state = State.key
    /// The number that is being read.
    private var number: UInt64 = 0
    private var shift: UInt64 = 0
    private var kept: [UInt8] = []

    init(_ kind: MessageKind, stream: UInt32, length: Int, _ isWanted: @escaping (String) -> Bool) {
        content = MessageContent(isWanted)
        self.stream = stream
        open = [(kind == .request ? .request : .response, length)]
        close()
    }

    /// Whether all of it has been read.
    var isOver: Bool { open.isEmpty }

    private var isBetweenFields: Bool { if case .key = state { shift == 0 } else { false } }

    /// Reads on. Returns what is behind the message.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(NRIFault) -> ArraySlice<UInt8> {
        var rest = bytes
        while let byte = rest.first, let (kind, end) = open.last {
            if case .bytes(let field, let left, let areKept) = state {
                let part = rest.prefix(left)
                if areKept { kept += part }
                rest = rest.dropFirst(part.count)
                position += part.count
                state = .bytes(of: field, left: left - part.count, areKept: areKept)
                if part.count == left { endBytes(kind, field, areKept) }
            } else {
                rest = rest.dropFirst()
                position += 1
                number |= UInt64(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 {
                    try endNumber(kind, end)
                } else if shift > 63 {
                    throw NRIFault("a number without end")
                }
                if position == end && !isBetweenFields { throw NRIFault("a field that is cut off") }
            }
            close()
        }
        return rest
    }

    /// A number is complete: a field's key, its value or its length.
    private mutating func endNumber(_ kind: MessageContent.Kind, _ end: Int) throws(NRIFault) {
        let value = number
        (number, shift) = (0, 0)
        switch state {
        case .key:
            let field = value >> 3
            switch value & 7 {
            case 0: state = .number(of: field)
            case 1: try skip(8, of: field, end)
            case 2: state = .length(of: field)
            case 5: try skip(4, of: field, end)
            default: throw NRIFault("a field of wire type \(value & 7)")
            }
        case .number(let field):
            content.take(kind, field, value)
            state = .key
        case .length(let field):
            guard let length = Int(exactly: value), length <= end - position else { throw NRIFault("a field too long") }
            state = .key
            if let inner = content.kind(of: field, in: kind) {
                open.append((inner, position + length))
            } else {
                let areKept = content.keeps(length, of: field, in: kind)
                state = .bytes(of: field, left: length, areKept: areKept)
                if length == 0 { endBytes(kind, field, areKept) }
            }
        case .bytes: break
        }
    }

    private mutating func skip(_ length: Int, of field: UInt64, _ end: Int) throws(NRIFault) {
        guard length <= end - position else { throw NRIFault("a field too long") }
        state = .bytes(of: field, left: length, areKept: false)
    }

    private mutating func endBytes(_ kind: MessageContent.Kind, _ field: UInt64, _ areKept: Bool) {
        if areKept { content.take(kind, field, String(decoding: kept, as: UTF8.self)) }
        kept = []
        state = .key
    }

    /// Ends the messages of which nothing is left.
    private mutating func close() {
        while let (kind, end) = open.last, position == end, isBetweenFields {
            open.removeLast()
            if let message = content.end(of: kind, stream) { found.append(message) }
        }
    }
}
