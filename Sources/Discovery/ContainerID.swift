/// Engines' ids of containers: 64 hexadecimal digits.
public enum ContainerID {
    static let length = 64

    /// The container's id in the text of a `/proc/PID/cgroup`: a run of 64 hexadecimal digits, alone or after `libpod-`,
    /// `docker-`, `cri-containerd-` or `crio-`. The last run is the container's. Earlier runs are its pod's, or an outer
    /// container's.
    public static func inCgroup(_ text: String) -> ContainerIdentity? {
        let bytes = Array(text.utf8)
        return place(in: bytes).map { container(in: bytes, at: $0) }
    }

    static func container(in bytes: [UInt8], at place: Range<Int>) -> ContainerIdentity {
        let before = bytes[..<place.lowerBound]
        let engine = engines.first { before.hasSuffix($0.prefix) }?.engine
        return ContainerIdentity(id: String(decoding: bytes[place], as: UTF8.self), engine: engine)
    }

    /// Where the last id is.
    static func place(in bytes: [UInt8]) -> Range<Int>? {
        var start = 0
        var last: Range<Int>?
        for (place, byte) in (bytes + [0]).enumerated() where !isHexadecimal(byte) {
            if place - start == length { last = start..<place }
            start = place + 1
        }
        return last
    }

    private static let engines: [(prefix: String, engine: Engine)] = [
        ("/libpod-", .podman), ("/cri-containerd-", .containerd), ("/crio-", .crio), ("/docker-", .docker),
        ("/docker/", .docker), ("/libpod_parent/", .podman),
    ]

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    static func isOne(_ text: String) -> Bool { text.utf8.count == length && text.utf8.allSatisfy(isHexadecimal) }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
