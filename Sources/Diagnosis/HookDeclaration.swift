import JSON

/// A JSON file named after the OCI hook, oci-hooks(5).
public struct HookDeclaration: Hashable, Sendable {
    public let path: String
    /// For which engines refuse it, and with it every container; nil for one that they read.
    public let flaw: String?
    /// The program it names.
    public let program: String?
    /// Whether that may be executed.
    public let isExecutable: Bool
    /// Whether its conditions are met by every container.
    public let isForAll: Bool
    /// When it is to run.
    public let stages: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        var document: JSON?
        do { document = try JSON(parsing: Array(text.utf8)) } catch {}
        flaw = Self.flaw(document)
        program = document?["hook"]?["path"]?.string
        isExecutable = program.map { HookInstallation.isExecutable($0) } ?? false
        isForAll = document?["when"].map { Self.isForAll($0) } ?? false
        stages = document?["stages"]?.elements?.compactMap { $0.string } ?? []
    }

    /// Whether it runs when a container has its network and its process.
    var isInTime: Bool { ["createRuntime", "prestart", "poststart"].contains(where: stages.contains) }

    /// As `Validate` of containers/common has it. A file without a version is read as one of 0.1.0, whose keys are others.
    private static func flaw(_ document: JSON?) -> String? {
        guard let document else { return "is no JSON" }
        guard document["version"]?.string == version else { return "is not of version \(version)" }
        guard document["hook"]?["path"]?.string != nil else { return "names no program" }
        guard let stages = document["stages"]?.elements else { return "names no stages" }
        let unknown = stages.map { $0.string ?? "?" }.filter { !known.contains($0) }
        return unknown.isEmpty ? nil : "names the unknown stage \(unknown.joined(separator: ", "))"
    }

    private static let version = "1.0.0"
    /// The last is podman's own.
    private static let known = [
        "createContainer", "createRuntime", "prestart", "startContainer", "poststart", "poststop", "precreate",
    ]

    /// All conditions that are given have to be met, and at least one must be given.
    private static func isForAll(_ when: JSON) -> Bool {
        let always = when["always"].map { $0 == .boolean(true) }
        let commands = when["commands"]?.elements.map { patterns in
            patterns.contains { [".*", "^.*$", ".+", "^.+$"].contains($0.string) }
        }
        let isLimited = when["annotations"] != nil || when["hasBindMounts"] != nil
        return !isLimited && (always ?? true) && (commands ?? true) && (always != nil || commands != nil)
    }
}
