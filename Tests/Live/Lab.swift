import Laboratory

/// A sandbox with the packet laboratory at hand, the functions of lab.sh, and the programs under test in `$programs`.
final class Lab {
    let sandbox: Sandbox
    /// What scripts are told of their surroundings.
    static let environment = [
        "programs": Shell.programs, "laboratory": PacketLaboratory.folder,
        "libraries": Shell.packageFolder + "/Tests/Live",
        // install/test.sh puts them there.
        "firewalls": Shell.packageFolder + "/.build/firewalls", "metrics": Shell.packageFolder + "/.build/metrics",
    ]
    private let prologue: String

    /// `libraries` are files below this folder whose functions are wanted as well.
    init(_ libraries: String...) throws {
        prologue = (["lab.sh"] + libraries).map { ". \"$libraries/\($0)\"\n" }.joined()
        sandbox = try Sandbox()
    }

    /// Runs a script that must succeed; what it prints, without white space at its ends.
    @discardableResult
    func run(_ script: String, input: String = "") throws -> String {
        try sandbox.run(prologue + script, input: input, environment: Self.environment).text
    }

    /// Runs a script whose end is for the caller to judge.
    func attempt(_ script: String, input: String = "") throws -> Output {
        try sandbox.attempt(prologue + script, input: input, environment: Self.environment)
    }
}
