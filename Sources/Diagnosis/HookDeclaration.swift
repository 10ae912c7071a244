import JSON

/// A JSON file named after the OCI hook, oci-hooks(5).
public struct HookDeclaration: Hashable, Sendable {
    public let path: String
    /// Why engines refuse the file, and with it every container; nil if they accept it.
    public let flaw: String?
    /// The program it names.
    public let program: String?
    /// Whether that program is an executable file.
    public let isExecutable: Bool
    /// Whether every container meets its conditions.
    public let isForAll: Bool
    /// The stages at which it is to run.
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

    /// Whether it runs while a container has both its network and its process.
    var isInTime: Bool { ["createRuntime", "prestart", "poststart"].contains(where: stages.contains) }

    /// Checks what `Validate` of containers/common checks. A file without a version counts as 0.1.0, which has other keys.
    private static func flaw(_ document: JSON?) -> String? {
        guard let document else { return "is no JSON" }
        guard document["version"]?.string == version else { return "is not of version \(version)" }
        guard document["hook"]?["path"]?.string != nil else { return "names no program" }
        guard let stages = document["stages"]?.elements else { return "names no stages" }
        let unknown = stages.map { $0.string ?? "?" }.filter { !known.contains($0) }
        return unknown.isEmpty ? nil : "names the unknown stage \(unknown.joined(separator: ", "))"
    }

    private static let version = "1.0.0"
    /// `precreate` is podman's own.
    private static let known = [
        "createContainer", "createRuntime", "prestart", "startContainer", "poststart", "poststop", "precreate",
    ]

    /// Engines want every given condition met, and at least one given.
    private static func isForAll(_ when: JSON) -> Bool {
        let always = when["always"].map { $0 == .boolean(true) }
        let commands = when["commands"]?.elements.map { patterns in
            patterns.contains { [".*", "^.*$", ".+", "^.+$"].contains($0.string) }
        }
        let isLimited = when["annotations"] != nil || when["hasBindMounts"] != nil
        return !isLimited && (always ?? true) && (commands ?? true) && (always != nil || commands != nil)
    }
}
