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
    init(changing path: String, dryRun: Bool, _ change: (ConfigurationList, String) throws(Refusal) -> GuardChange) {
        self.path = path
        do throws(Refusal) {
            let file = try ConfigurationList.file(path)
            let change = try change(ConfigurationList(file.content), path)
            // The drop-in goes before the list changes, and comes without a change of the list.
            let dropped = try change.dropIn?.carryOut(dryRun: dryRun) ?? nil
            let text = change.list.text
            if let text, !dryRun { try Self.write(text, to: file) }
            let edited = text.map { _ in "\(dryRun ? change.list.proposed : change.list.done) \(printable(path))" }
            let done = [dropped, edited].compactMap { $0 }
            notes = change.list.notes
            outcome = done.isEmpty ? .unchanged : .changed
            message = done.isEmpty ? "unchanged: \(printable(path)) \(change.list.done)" : done.joined(separator: "; ")
        } catch {
            outcome = .refused
            message = error.text(about: path)
        }
    }

    /// Removes a drop-in file whose list is gone.
    init(removing dropIn: DropIn, dryRun: Bool) {
        path = dropIn.path
        do throws(Refusal) {
            let done = try GuardChange.DropInChange.remove(dropIn).carryOut(dryRun: dryRun)
            outcome = done == nil ? .unchanged : .changed
            message = done ?? "unchanged: \(printable(path)) is gone"
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
