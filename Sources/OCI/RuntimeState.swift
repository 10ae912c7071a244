public import JSON

/// What an OCI runtime stores about a container between its runs, in a file below its root folder.
public struct RuntimeState: Equatable, Sendable {
    public let pid: Int32
    /// When that process started, in clock ticks since boot; nil if the runtime does not say.
    public let startTime: UInt64?
    /// The folder of `config.json`.
    public let bundle: String?

    /// The file's names: runc's and youki's (`state.json`), and crun's (`status`).
    public static let fileNames = ["state.json", "status"]

    /// The members it reads of such a file, as paths of names.
    public static let members = [
        ["init_process_pid"], ["pid"], ["init_process_start"], ["process-start-time"], ["bundle"],
        ["config", "labels"],
    ]

    /// Reads a parsed state file; nil for a document of another shape.
    public init?(_ document: JSON) {
        // runc's names first, then crun's and youki's.
        let number = document["init_process_pid"] ?? document["pid"]
        guard let number = number?.integer, let pid = Int32(exactly: number), pid > 1 else { return nil }
        self.pid = pid
        let start = document["init_process_start"] ?? document["process-start-time"]
        startTime = start?.integer.flatMap { UInt64(exactly: $0) }
        bundle = document["bundle"]?.string ?? Self.bundle(inLabels: document["config"]?["labels"])
    }

    /// runc stores it among the labels of its configuration: `bundle=/path`.
    private static func bundle(inLabels labels: JSON?) -> String? {
        let prefix = "bundle="
        for label in labels?.elements ?? [] {
            if let text = label.string?.utf8, text.starts(with: prefix.utf8) {
                return String(decoding: text.dropFirst(prefix.utf8.count), as: UTF8.self)
            }
        }
        return nil
    }
}

/// Whether text can be a container's id, which names a folder: letters, digits, `_`, `+`, `-`, `.`.
public func isContainerID(_ text: String) -> Bool {
    let isAllowed = { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
    return !text.isEmpty && text.utf8.count <= 1024 && text != "." && text != ".." && text.utf8.allSatisfy(isAllowed)
}
