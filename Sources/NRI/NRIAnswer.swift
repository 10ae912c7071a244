/// What a plugin says to its runtime, as bytes.
package enum NRIAnswer {
    /// Registers as plugin 10, named evenkeel.
    package static var registration: [UInt8] {
        let plugin = text(1, "evenkeel") + text(2, "10")
        return frame(.theirs, stream: 1, .request, text(1, service) + text(2, "RegisterPlugin") + field(3, plugin))
    }

    /// The answer of success to any question. There is no other: a status makes a pod's start fail.
    package static func success(_ stream: UInt32) -> [UInt8] { frame(.ours, stream: stream, .response, []) }

    /// The same with 1 in the second field. To `Configure` it subscribes to the starts of pods and nothing else; to a part of
    /// `Synchronize` it asks for more.
    package static func one(_ stream: UInt32) -> [UInt8] {
        frame(.ours, stream: stream, .response, field(2, [2 << 3, 1]))
    }

    private static let service = "nri.pkg.api.v1alpha1.Runtime"

    private static func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    /// Of fewer than 128 bytes.
    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private static func frame(
        _ connection: Connection, stream: UInt32, _ kind: MessageKind, _ payload: [UInt8]
    ) -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: payload.count)
        return bytes(connection.rawValue) + bytes(length + 10) + bytes(length) + bytes(stream) + [kind.rawValue, 0]
            + payload
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// The two connections that share a socket.
enum Connection: UInt32 {
    /// On which the runtime asks the plugin.
    case ours = 1
    /// On which the plugin asks the runtime.
    case theirs = 2
}

/// The kind of a message of ttrpc.
enum MessageKind: UInt8 {
    case request = 1
    case response = 2
}
