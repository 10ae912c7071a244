@testable import NRI

/// Messages as a runtime writes them.
enum Written {
    static func varint(_ number: UInt64) -> [UInt8] {
        var (rest, bytes): (UInt64, [UInt8]) = (number, [])
        while rest > 0x7f {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

    static func word(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

    static func frame(_ connection: Int, _ bytes: [UInt8]) -> [UInt8] { word(connection) + word(bytes.count) + bytes }

    static func message(stream: Int = 5, kind: UInt8 = 1, _ payload: [UInt8]) -> [UInt8] {
        word(payload.count) + word(stream) + [kind, 0] + payload
    }

    static func request(_ method: String, _ payload: [UInt8]) -> [UInt8] {
        field(1, "nri.pkg.api.v1alpha1.Plugin") + field(2, method) + field(3, payload)
    }

    static func pod(_ annotations: [(String, String)] = [], namespace: String? = "/var/run/netns/cni-1") -> [UInt8] {
        let namespaces =
            [field(5, field(1, "pid"))] + [namespace.map { field(5, field(1, "network") + field(2, $0)) } ?? []]
        return field(1, "id") + field(2, "web")
            + annotations.flatMap { field(6, field(1, $0.0) + field(2, $0.1)) } + field(8, namespaces.flatMap { $0 })
            + field(9, 4242)
    }
}
