/// Reads what a runtime sends, as it arrives.
///
/// A frame (connection, length: 4 bytes each, as all here big-endian) carries a part of a connection's bytes, which are messages of
/// ttrpc: a header of 10 bytes (length, stream, kind, flags), and a message of protocol buffers. Of these nothing is kept but what is
/// wanted, so that one of any length takes no more room than a pod.
package struct NRIStream {
    private var header: [UInt8] = []
    /// The bytes of the present frame that have not arrived.
    private var left = 0
    private var current = Connection.ours
    private var ours: Channel
    private var theirs: Channel

    /// More than a runtime sends of thousands of pods.
    static let longest = 1 << 26

    /// `isWanted`: whether an annotation of that name matters.
    package init(isWanted: @escaping (String) -> Bool) {
        ours = Channel(.request, isWanted)
        theirs = Channel(.response, isWanted)
    }

    /// Takes what has arrived, and returns what is complete.
    package mutating func take(_ bytes: [UInt8]) throws(NRIFault) -> [NRIMessage] {
        var messages: [NRIMessage] = []
        var place = 0
        while place < bytes.count {
            if left == 0 {
                header.append(bytes[place])
                place += 1
                if header.count == 8 { try beginFrame() }
                continue
            }
            let end = place + min(left, bytes.count - place)
            switch current {
            case .ours: try ours.take(bytes[place..<end], &messages)
            case .theirs: try theirs.take(bytes[place..<end], &messages)
            }
            left -= end - place
            place = end
        }
        return messages
    }

    private mutating func beginFrame() throws(NRIFault) {
        let (number, length) = (header.number(at: 0), header.number(at: 4))
        header = []
        guard let connection = Connection(rawValue: number) else { throw NRIFault("there is no connection \(number)") }
        guard length <= Self.longest else { throw NRIFault("a frame of \(length) bytes") }
        (current, left) = (connection, Int(length))
    }
}

/// The messages of one connection.
private struct Channel {
    private let kind: MessageKind
    private let isWanted: (String) -> Bool
    private var header: [UInt8] = []
    /// The message of which not all has arrived.
    private var message: MessageReader?

    init(_ kind: MessageKind, _ isWanted: @escaping (String) -> Bool) {
        (self.kind, self.isWanted) = (kind, isWanted)
    }

    mutating func take(_ bytes: ArraySlice<UInt8>, _ messages: inout [NRIMessage]) throws(NRIFault) {
        var rest = bytes
        while let byte = rest.first {
            if message != nil {
                rest = try message?.take(rest) ?? []
            } else {
                header.append(byte)
                rest = rest.dropFirst()
                if header.count == 10 { try begin() }
            }
            if let found = message?.found, !found.isEmpty {
                messages += found
                message?.found = []
            }
            if message?.isOver == true { message = nil }
        }
    }

    private mutating func begin() throws(NRIFault) {
        let (length, stream, number) = (header.number(at: 0), header.number(at: 4), header[8])
        header = []
        guard number == kind.rawValue else { throw NRIFault("a message of kind \(number)") }
        guard length <= NRIStream.longest else { throw NRIFault("a message of \(length) bytes") }
        message = MessageReader(kind, stream: stream, length: Int(length), isWanted)
    }
}

extension [UInt8] {
    /// The four bytes at a place that is there.
    fileprivate func number(at place: Int) -> UInt32 {
        self[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
