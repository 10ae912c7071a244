import Foundation
import Laboratory

/// A sandbox with the functions of lab.sh at hand and the programs under test in `$programs`.
final class Lab {
    let sandbox: Sandbox
    private let environment = [
        "programs": Shell.programs, "libraries": Shell.packageFolder + "/Tests/Live",
        // install/test.sh puts them there.
        "firewalls": Shell.packageFolder + "/.build/firewalls",
    ]
    private let prologue: String

    /// `libraries` are files beside lab.sh whose functions are wanted as well.
    init(_ libraries: String...) throws {
        prologue = (["lab.sh"] + libraries).map { ". \"$libraries/\($0)\"\n" }.joined()
        sandbox = try Sandbox()
    }

    /// Runs a script that must succeed; what it prints, without white space at its ends.
    @discardableResult
    func run(_ script: String, input: String = "") throws -> String {
        try sandbox.run(prologue + script, input: input, environment: environment).text
    }

    /// Runs a script whose end is for the caller to judge.
    func attempt(_ script: String, input: String = "") throws -> Output {
        try sandbox.attempt(prologue + script, input: input, environment: environment)
    }
}
