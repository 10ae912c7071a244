import ArgumentParser
import Diagnosis
import LinuxSystem

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
            throw ValidationError("no finding is called \(id); `evenkeel explain` lists them all")
        }
    }

    func run() throws {
        let text = id.flatMap { FindingID(rawValue: $0) }.flatMap { Page.about($0) }?.text ?? Self.list
        do { try write(text) } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }

    private static var list: String {
        let width = Page.all.map { $0.id.rawValue.count }.max() ?? 0
        return Page.all.map { page in
            let name = page.id.rawValue
            return "\(name)\(String(repeating: " ", count: width - name.count + 2))\(page.title)\n"
        }.joined()
    }
}
