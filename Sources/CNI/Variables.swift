/// The environment variables of a request, CNI specification 1.1.0, section 2, "Parameters".
struct Variables {
    private let command: Request.Command
    private let values: [(name: String, value: String)]

    init(_ command: Request.Command, _ variable: (String) -> String?) {
        self.command = command
        values = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH", "CNI_ARGS"].map { ($0, variable($0) ?? "") }
    }

    /// The variable's value; empty if it is not set.
    func value(_ name: String) -> String { values.first { $0.name == name }?.value ?? "" }

    /// The error that names each required variable that is not set; nil if all are.
    var missing: CNIError? {
        let required =
            switch command {
            case .add, .check: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"]
            case .delete: ["CNI_CONTAINERID", "CNI_IFNAME"]
            case .collectGarbage: ["CNI_PATH"]
            case .version, .status: [String]()
            }
        let missing = required.filter { value($0).isEmpty }
        if missing.isEmpty { return nil }
        return CNIError(
            .invalidEnvironment, "required environment variables are not set: \(missing.joined(separator: ", "))",
            details: "\(command.rawValue) needs \(required.joined(separator: ", "))")
    }

    /// Checks the container's id and the interface's name.
    func validate() throws(CNIError) {
        guard [.add, .check, .delete].contains(command) else { return }
        guard isIdentifier(value("CNI_CONTAINERID")) else {
            throw CNIError(
                .invalidEnvironment, "CNI_CONTAINERID is not a container's id",
                details: "it begins with a letter or a digit and holds letters, digits, '_', '.' and '-'")
        }
        let interface = value("CNI_IFNAME")
        let forbidden = interface.utf8.contains {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 == 0x20 || (0x09...0x0d).contains($0)
        }
        guard interface.utf8.count <= 15, interface != ".", interface != "..", !forbidden else {
            throw CNIError(
                .invalidEnvironment, "CNI_IFNAME is not an interface's name",
                details: "it has at most 15 bytes, no '/', ':' or white space, and is not '.' or '..'")
        }
    }
}

/// Whether it can name a container or a network: a letter or a digit, then also `_`, `.` and `-`.
public func isIdentifier(_ text: String) -> Bool {
    let isAlphanumeric = { (byte: UInt8) in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    let marks = [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-")]
    let bytes = Array(text.utf8)
    return isAlphanumeric(bytes.first ?? 0) && bytes.allSatisfy { isAlphanumeric($0) || marks.contains($0) }
}
