import ArgumentParser
import Foundation
import Laboratory
import Testing

@testable import evenkeel

/// The schemas of what commands print as JSON, against the commands themselves.
@Suite struct SchemaListTests {
    private static let folder = Shell.packageFolder + "/install/schemas"

    @Test func everyCommandWithJSONHasASchemaAndNamesIt() throws {
        let helps = Self.helps(of: Evenkeel.self, behind: [])
        #expect(helps.count >= 17)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(files) == Set(helps.map { "\($0.name).schema.json" }))
        for (name, help) in helps {
            #expect(help.contains("share/evenkeel/schemas/\(name).schema.json"), "\(name)")
            for word in try Self.verdicts(name) { #expect(help.contains("\"\(word)\""), "\(name): \(word)") }
        }
    }

    /// The names and helps of the commands that can print JSON.
    private static func helps(of command: any ParsableCommand.Type, behind path: [String]) -> [(
        name: String, help: String
    )] {
        let inner = command.configuration.subcommands.flatMap { inner in
            helps(of: inner, behind: path + [inner._commandName])
        }
        guard inner.isEmpty else { return inner }
        let help = Evenkeel.helpMessage(for: command, columns: 200)
        let canPrint = help.contains("  --json ") || help.contains("(values: svg, dot, html, json)")
        return canPrint ? [(path.joined(separator: "-"), help)] : []
    }

    private static func verdicts(_ name: String) throws -> [String] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let properties = schema["properties"] as? [String: Any]
        let words = (properties?["verdict"] as? [String: Any])?["enum"] as? [String] ?? []
        #expect(!words.isEmpty || name == "watch-events", "\(name)")
        return words
    }
}
