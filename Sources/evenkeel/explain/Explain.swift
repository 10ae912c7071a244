import ArgumentParser
import Diagnosis
import LinuxSystem
import LinuxTools

/// `evenkeel explain`: a page about each finding of the doctor.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explains a finding of the doctor: symptom, cause, proof, remedy.",
        discussion: """
            Without a name it lists all findings. Each page shows how to see the problem without Evenkeel, and what helps \
            with and without it.

            EXAMPLES
              evenkeel explain
              evenkeel explain duplicate-default-route
            """)

    @Argument(
        help: ArgumentHelp("A finding's name, as `evenkeel doctor` prints it.", valueName: "id"),
        completion: .list(FindingID.allCases.map(\.rawValue)))
    var id: String?

    func validate() throws {
        guard let id else { return }
        guard FindingID(rawValue: id) != nil else {
            let near = nearest(to: id, among: FindingID.allCases.map(\.rawValue)).map { "did you mean \($0)? " } ?? ""
            throw ValidationError("no finding is called \(printable(id)); \(near)`evenkeel explain` lists them all")
        }
    }

    func run() throws {
        let text =
            id.flatMap { FindingID(rawValue: $0) }.flatMap { Page.about($0) }?.text(columns: Terminal.columns)
            ?? Self.list
        do { try write(text) } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }

    private static var list: String {
        let width = Page.all.map { $0.id.rawValue.cells }.max() ?? 0
        return Page.all.map { "\($0.id.rawValue.padded(to: width))  \($0.title)\n" }.joined()
    }
}
