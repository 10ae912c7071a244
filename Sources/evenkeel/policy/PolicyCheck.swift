import ArgumentParser
import JSON
import Keel
import LinuxSystem

/// `evenkeel policy check`: names every fault in documents.
struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Names every fault in policy documents.",
        discussion: """
            Without a file it checks the host's documents: \(policyPath) and \(HostPolicy.folder)/*.json. It needs no \
            privilege beyond reading them, and changes nothing.

            EXAMPLES
              evenkeel policy check
              evenkeel policy check new.json && sudo cp new.json \(policyPath)
              evenkeel policy check --json | jq -r '.faults[].text'

            \(Answer.help("policy-check", PolicyVerdict.self))
              "faults" is [{"file", "line", "column", "key", "problem", "allowed",
              "text"}]. "key" is empty for a document as a whole. "line" and "column"
              count from 1, and are null if the file could not be read.

            EXIT STATUS
              0   there is no fault
              1   there are faults, or the answer could not be written
              64  the command line is wrong
            """)

    @Argument(help: ArgumentHelp("The documents; none: the host's own.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        if files.contains("") { throw ValidationError("the name of a file is empty") }
    }

    func run() throws {
        let paths: [String]
        let faults: [PlacedFault]
        do throws(Failure) { (paths, faults) = try look() } catch {
            say(error.description)
            if json { try Self.answer(.unknown, [], [], error.description).write() }
            throw ExitCode(1)
        }
        do throws(Failure) {
            let verdict: PolicyVerdict = faults.isEmpty ? .good : .faults
            try json ? Self.answer(verdict, paths, faults).write() : write(text(paths, faults))
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
        if !faults.isEmpty { throw ExitCode(1) }
    }

    private func look() throws(Failure) -> ([String], [PlacedFault]) {
        if !files.isEmpty { return (files, files.flatMap { PlacedFault.all(in: $0) }) }
        let host: HostPolicy
        do { host = try HostPolicy.load() } catch { throw Failure(error.description) }
        let ofFolder = host.faults.filter { $0.place == HostPolicy.folder }.map { PlacedFault($0, at: nil) }
        return (host.documents, host.documents.flatMap { PlacedFault.all(in: $0) } + ofFolder)
    }

    private func text(_ paths: [String], _ faults: [PlacedFault]) -> String {
        if !faults.isEmpty { return faults.map { $0.text + "\n" }.joined() }
        if paths.isEmpty { return "there is no document, so what is built in holds\n" }
        return paths.map { "\(printable($0)): no fault\n" }.joined()
    }

    private static func answer(
        _ verdict: PolicyVerdict, _ paths: [String], _ faults: [PlacedFault], _ error: String? = nil
    ) -> Answer {
        Answer(
            verdict,
            [
                .init("good", .boolean(verdict == .good)), .init("files", JSON(paths)),
                .init("faults", .array(faults.map { $0.json })),
            ], error: error)
    }
}

/// What a policy's documents are.
enum PolicyVerdict: String, CaseIterable {
    case good
    case faults
    case unknown
}
