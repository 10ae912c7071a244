import JSON
import LinuxSystem

/// What a command answers to `--json`: every command's object has the same outer shape.
///
/// `version` rises when a key changes its meaning or is removed. `verdict` is the answer in a word. `error` says what kept the command
/// from doing all that it was asked for. install/schemas has a schema for each command.
struct Answer {
    static let version = 1

    let verdict: String
    let members: [JSON.Member]
    let error: String?

    init<Verdict: RawRepresentable>(_ verdict: Verdict, _ members: [JSON.Member], error: String? = nil)
    where Verdict.RawValue == String {
        self.verdict = verdict.rawValue
        self.members = members
        self.error = error
    }

    var json: JSON {
        .object(
            [.init("version", .integer(Int64(Self.version))), .init("verdict", .string(verdict))] + members
                + [.init("error", JSON(error))])
    }

    /// What a command's help says of its `--json`. `schema` is the name of its file.
    static func help<Verdict: CaseIterable & RawRepresentable>(_ schema: String, _: Verdict.Type) -> String
    where Verdict.RawValue == String {
        let words = Verdict.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " | ")
        return """
            JSON
              {"version": 1, "verdict": \(words),
               ..., "error": null | what kept it from doing so}
              PREFIX/share/evenkeel/schemas/\(schema).schema.json describes every key.
            """
    }

    /// With a line break at its end.
    func text(pretty: Bool = true) -> String { json.text(pretty: pretty) + "\n" }

    /// Writes it after a failure that was told: if this cannot be written either, that says nothing new.
    func writeAfterFailure(pretty: Bool = true) { do { try write(pretty: pretty) } catch {} }

    func write(pretty: Bool = true) throws(Failure) { try evenkeel.write(data: text(pretty: pretty)) }
}

/// What became of changes.
enum ChangeVerdict: String, CaseIterable {
    /// There was nothing to do.
    case unchanged
    case changed
    /// A dry run found something to do.
    case proposed
    /// Something was refused; the rest was done.
    case refused

    init(isRefused: Bool, hasChanges: Bool, dryRun: Bool) {
        self = isRefused ? .refused : hasChanges ? (dryRun ? .proposed : .changed) : .unchanged
    }
}

extension JSON {
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }

    init(_ number: UInt32?) { self = number.map { .integer(Int64($0)) } ?? .null }

    init(_ texts: [String]) { self = .array(texts.map { .string($0) }) }
}
