import Foundation
import Laboratory

/// A node's directories and the program under test.
final class NodeDirectories {
    let scratch: Scratch
    static let list = "{\"cniVersion\": \"1.0.0\", \"name\": \"web\", \"plugins\": [{\"type\": \"bridge\"}]}\n"

    init() throws {
        scratch = try Scratch()
        for name in ["lists", "cni"] { _ = try scratch.folder(name) }
        try plugin("bridge")
    }

    func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    func plugin(_ name: String) throws {
        let path = try scratch.file("cni/\(name)")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func list(_ name: String = "10-web", _ text: String = list) throws {
        _ = try scratch.file("lists/\(name).conflist", Array(text.utf8))
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// Every file, link and folder with what it holds.
    func picture() throws -> String {
        try Shell.runSuccessfully(
            [
                "bash", "-c",
                "cd \(scratch.path); find . -printf '%p %m %l\\n' | sort; find . -type f -exec sha256sum {} + | sort",
            ]
        ).out
    }

    @discardableResult
    func run(_ command: String, _ options: String...) throws -> Output {
        var arguments = [
            Shell.programs + "/evenkeel-node", command, "--lists", path("lists"), "--cni-dir", path("cni"),
        ]
        if command != "remove" { arguments += ["--programs", Shell.programs] }
        return try Shell.run(arguments + options)
    }
}
