/// The command line of an OCI runtime: global options, command, and the container's id.
///
/// As runc, crun and youki have it: `runc [global options] COMMAND [options] ID`.
public struct RuntimeInvocation: Equatable, Sendable {
    /// The command; empty if there is none, as in `runc --version`.
    public let command: String
    /// The first word after the command that is no option.
    public let id: String?
    /// `--root`: the folder of the containers' states.
    public let root: String?
    /// `--log`: the file in which the engine looks for errors.
    public let log: String?
    /// `--log-format json`.
    public let isLogJSON: Bool

    /// Reads the arguments after the program's name.
    public init(_ arguments: [String]) {
        var options: [(name: String, value: String)] = []
        var rest = arguments[...]
        while let word = rest.first, word.utf8.first == UInt8(ascii: "-") {
            rest.removeFirst()
            let parts = word.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: parts[0].drop { $0 == UInt8(ascii: "-") }, as: UTF8.self)
            if parts.count == 2 {
                options.append((name, String(decoding: parts[1], as: UTF8.self)))
            } else if Self.valued.contains(name), let value = rest.popFirst() {
                options.append((name, value))
            }
        }
        let value = { (names: [String]) in options.last { names.contains($0.name) }?.value }
        command = rest.popFirst() ?? ""
        id = rest.first { $0.utf8.first != UInt8(ascii: "-") }
        root = value(["root", "r"])
        log = value(["log", "l"])
        isLogJSON = value(["log-format"]) == "json"
    }

    /// Options that take their value from the next word.
    private static let valued = [
        "root", "r", "log", "l", "log-format", "log-level", "criu", "rootless", "cgroup-manager",
    ]
}
