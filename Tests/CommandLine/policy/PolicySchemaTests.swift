import Foundation
import JSON
import Keel
import Testing

@testable import evenkeel

/// The schema, the list that `policy show` prints, and what the code reads are three statements of the same keys.
@Suite struct PolicySchemaTests {
    /// The keys that the code reads in a section. It names them all in the error for an unknown one.
    private func keys(of section: String) throws -> [String] {
        let unknown = JSON.object([.init("no such key at all", .null)])
        let document = section.isEmpty ? unknown : .object([.init(section, unknown)])
        var (policy, faults) = (Policy(), [PolicyError]())
        try policy.overlay(Array(document.text().utf8), from: "a test", &faults)
        #expect(faults.count == 1)
        return faults.first?.allowed.components(separatedBy: ", ") ?? []
    }

    private static let sections = ["defaultRoute", "invalid", "conntrack", "annotations", "watch"]

    @Test func itHasEveryKeyThatTheCodeReads() throws {
        let properties = PolicySchema.document["properties"]
        #expect(try names(properties) == keys(of: "").sorted())
        for section in Self.sections {
            #expect(try names(properties?[section]?["properties"]) == keys(of: section).sorted(), "\(section)")
            #expect(properties?[section]?["additionalProperties"] == .boolean(false))
        }
        let others = names(properties).filter { properties?[$0]?["properties"] != nil }
        #expect(others == Self.sections.sorted(), "a section that this test does not know")
    }

    @Test func showHasEveryKeyThatTheCodeReads() throws {
        let read = try keys(of: "").flatMap { key in
            Self.sections.contains(key) ? try keys(of: key).map { "\(key).\($0)" } : [key]
        }
        #expect(Policy().values.map { $0.key }.sorted() == read.sorted())
    }

    /// The installed file is the same text.
    @Test func theFileThatIsInstalledIsWhatTheCommandPrints() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../install/policy.schema.json")
        #expect(
            try String(contentsOf: file, encoding: .utf8) == PolicySchema.document.text(pretty: true) + "\n",
            "evenkeel policy schema >install/policy.schema.json")
    }

    /// For each key, values at the edges of what is allowed, and of every other kind.
    @Test func itAcceptsWhatTheCodeAcceptsAndNothingElse() throws {
        let common = [
            "null", "true", "false", "0", "1", "-1", "2147483647", "2147483648", "0.5", "1.5", "[]", "{}", #""x""#,
            #""""#,
        ]
        var tried = 0
        for value in Policy().values {
            var texts = common + words(PolicySchema.document).map { JSON.string($0).text() }
            texts += [#"["eth1"]"#, #"["rpFilter","skip"]"#, "[7]", #"[""]"#]
            // What a prefix is, a schema can hardly say.
            if value.key != "defaultRoute.prefer" { texts.append(#"["evenkeel.dev/mode","evenkeel.skip"]"#) }
            texts.append("[\(Array(repeating: #""a""#, count: 257).joined(separator: ","))]")
            for text in texts {
                let document = value.key.split(separator: ".").reversed().reduce(text) { #"{"\#($1)":\#($0)}"# }
                let isAccepted = PlacedFault.all(in: Array(document.utf8), "x").isEmpty
                let isValid = try Validator.accepts(try JSON(parsing: Array(document.utf8)), PolicySchema.document)
                #expect(isAccepted == isValid, "\(document)")
                tried += isAccepted ? 1 : 0
            }
        }
        #expect(tried > 60, "most values were refused, so the test says little")
    }

    @Test func whatIsNoObjectIsRefusedByBoth() throws {
        for text in ["[]", "null", "7", "{}"] {
            let isAccepted = PlacedFault.all(in: Array(text.utf8), "x").isEmpty
            #expect(try Validator.accepts(try JSON(parsing: Array(text.utf8)), PolicySchema.document) == isAccepted)
        }
    }

    @Test func theBuiltInValuesAreTheDefaults() {
        for value in Policy().values {
            let schema = value.key.split(separator: ".").reduce(PolicySchema.document) {
                $0["properties"]?[String($1)] ?? .null
            }
            #expect(schema["description"]?.string?.isEmpty == false, "\(value.key)")
            if let builtIn = schema["default"] { #expect(builtIn == value.value, "\(value.key)") }
        }
    }

    private func names(_ object: JSON?) -> [String] { (object?.members ?? []).map { $0.name }.sorted() }

    /// Every word of every enum.
    private func words(_ schema: JSON) -> [String] {
        let own = schema["enum"]?.elements?.compactMap { $0.string } ?? []
        return own + (schema.members ?? []).flatMap { words($0.value) } + (schema.elements ?? []).flatMap { words($0) }
    }
}

/// As much of JSON Schema as the schema uses. Anything else in it is an error.
private enum Validator {
    struct UnknownKeyword: Error { let name: String }

    static func accepts(_ value: JSON, _ schema: JSON) throws -> Bool {
        try (schema.members ?? []).allSatisfy { try accepts(value, $0.name, $0.value, schema) }
    }

    private static func accepts(_ value: JSON, _ keyword: String, _ argument: JSON, _ schema: JSON) throws -> Bool {
        switch keyword {
        case "$schema", "title", "description", "default": true
        case "type": isOf(argument.string ?? "", value)
        case "enum": argument.elements?.contains(value) == true
        case "anyOf": try argument.elements?.contains { try accepts(value, $0) } == true
        case "properties":
            try (value.members ?? []).allSatisfy { try accepts($0.value, argument[$0.name] ?? .object([])) }
        case "additionalProperties":
            (value.members ?? []).allSatisfy { schema["properties"]?[$0.name] != nil }
        case "items": try (value.elements ?? []).allSatisfy { try accepts($0, argument) }
        case "maxItems": (value.elements ?? []).count <= argument.integer ?? 0
        case "minLength": value.string.map { $0.unicodeScalars.count >= argument.integer ?? 0 } ?? true
        case "minimum": value.real.map { $0 >= argument.real ?? 0 } ?? true
        case "exclusiveMinimum": value.real.map { $0 > argument.real ?? 0 } ?? true
        case "maximum": value.real.map { $0 <= argument.real ?? 0 } ?? true
        default: throw UnknownKeyword(name: keyword)
        }
    }

    private static func isOf(_ type: String, _ value: JSON) -> Bool {
        switch type {
        case "object": value.members != nil
        case "array": value.elements != nil
        case "string": value.string != nil
        case "boolean": value.boolean != nil
        case "number": value.real != nil
        case "integer": value.integer != nil
        default: false
        }
    }
}
