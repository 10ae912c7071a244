import Laboratory

/// A sandbox in which real plugins set a container's networks up, as configuration lists have it, with the functions of
/// chain.sh at hand.
final class ChainLab {
    private let sandbox: Sandbox
    private let environment: [String: String]

    init() throws {
        environment = [
            "programs": Shell.programs, "cnitool": try CNITool.path, "laboratory": PacketLaboratory.folder,
            "lists": Shell.packageFolder + "/hooks/cni",
        ]
        sandbox = try Sandbox()
        try run("chains")
    }

    /// Runs a script that must succeed; what it prints, without white space at its ends.
    @discardableResult
    func run(_ script: String) throws -> String {
        try sandbox.run(Self.prologue + script, environment: environment).text
    }

    /// Runs a script whose end is for the caller to judge.
    func attempt(_ script: String) throws -> Output {
        try sandbox.attempt(Self.prologue + script, environment: environment)
    }

    private static let prologue = ". \(Shell.packageFolder)/Tests/Chains/chain.sh\n"
}
