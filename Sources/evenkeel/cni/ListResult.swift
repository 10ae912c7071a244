import ConfigurationLists
import JSON
import Keel
import LinuxSystem
import LinuxTools

/// The result for one file.
struct ListResult: Equatable {
    enum Outcome: String {
        case changed
        case unchanged
        case refused
    }

    let path: String
    let outcome: Outcome
    /// A sentence that names the file.
    let message: String
    var notes: [String] = []

    /// Reads a list, changes it and writes it, unless it is a dry run.
    init(changing path: String, dryRun: Bool, _ change: (ConfigurationList) throws(Refusal) -> ListChange) {
        self.path = path
        do throws(Refusal) {
            let file = try ConfigurationList.file(path)
            let change = try change(ConfigurationList(file.content))
            notes = change.notes
            guard let text = change.text else {
                outcome = .unchanged
                message = "unchanged: \(printable(path)) \(change.done)"
                return
            }
            if !dryRun { try Self.write(text, to: file) }
            outcome = .changed
            message = "\(dryRun ? change.proposed : change.done) \(printable(path))"
        } catch {
            outcome = .refused
            message = error.text(about: path)
        }
    }

    private static func write(_ text: [UInt8], to file: AtomicFile) throws(Refusal) {
        let outcome: AtomicFile.Outcome
        // The parsed text is UTF-8, so a String keeps it unchanged.
        do { outcome = try file.replace(with: String(decoding: text, as: UTF8.self)) } catch { throw Refusal(error) }
        guard outcome == .replaced else {
            throw Refusal("somebody else changed it meanwhile; nothing was done, so run this again")
        }
    }

    var json: JSON {
        .object([
            .init("path", .string(path)), .init("outcome", .string(outcome.rawValue)),
            .init("message", .string(message)), .init("notes", .array(notes.map { .string($0) })),
        ])
    }
}

extension ConfigurationList {
    /// The most the plugin reads; more than any network needs.
    private static let limit = 1 << 20

    static func file(_ path: String) throws(Refusal) -> AtomicFile {
        do { return try AtomicFile(reading: path, limit: limit) } catch { throw Refusal(error, namesFile: true) }
    }

    init(path: String) throws(Refusal) { try self.init(Self.file(path).content) }
}
