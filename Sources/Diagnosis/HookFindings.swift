import Keel

// An OCI hook that is installed and does not come to run: nobody says so when a container starts without it.

extension HostObservation {
    func hookFindings() -> [Finding] {
        guard let hooks else { return [] }
        return readerFindings(hooks) + dockerFindings(hooks)
    }

    /// Docker sets networks up after its hooks since version 28; before that they come in time.
    private func dockerFindings(_ hooks: HookInstallation) -> [Finding] {
        guard let docker = hooks.docker, docker.majorVersion >= 28, docker.hasCDI, hooks.hasDevice,
            !docker.defaultRuntime.hasPrefix("evenkeel")
        else { return [] }
        return [
            notActive(
                .information, "Docker \(docker.majorVersion) runs hooks before a container has its network",
                [
                    "the device evenkeel.dev/network=safe brings a hook, and the default runtime is \(docker.defaultRuntime)"
                ],
                "a container that is given the device starts as if it were not",
                "(use docker run --runtime evenkeel instead)")
        ]
    }

    private func readerFindings(_ hooks: HookInstallation) -> [Finding] {
        guard !hooks.declarations.isEmpty else { return [] }
        let blind = hooks.readers.filter { hooks.declaration(for: $0) == nil }
        return (blind.isEmpty ? [] : [unread(hooks.declarations, by: blind)])
            + hooks.declarations.flatMap { declaration in
                let readers = hooks.readers.filter { hooks.declaration(for: $0) == declaration }
                return readers.isEmpty ? [] : findings(of: declaration, readBy: Self.names(readers))
            }
    }

    private static func names(_ readers: [HookInstallation.Reader]) -> String {
        readers.map { $0.engine.rawValue }.joined(separator: " and ")
    }

    private func unread(_ declarations: [HookDeclaration], by readers: [HookInstallation.Reader]) -> Finding {
        let files = readers.map { $0.configuration }.joined(separator: " and ")
        return notActive(
            .warning,
            "the OCI hook is installed where \(Self.names(readers)) \(readers.count == 1 ? "does" : "do") not look",
            declarations.map { "there is \($0.path)" }
                + readers.map { "\($0.engine.rawValue) reads \($0.directories.joined(separator: ", "))" },
            "containers start without their networks being made safe, and nothing says so",
            "(name its directory in hooks_dir of \(files), or run install/install.sh again)")
    }

    /// The gravest of what is wrong with it.
    private func findings(of declaration: HookDeclaration, readBy engines: String) -> [Finding] {
        let path = declaration.path
        if let flaw = declaration.flaw {
            return [
                notActive(
                    .error, "the OCI hook's JSON cannot be read", ["\(path) \(flaw)"],
                    "no container of \(engines) starts at all while it is so",
                    "(run install/install.sh again, or take \(path) away)")
            ]
        }
        if !declaration.isExecutable {
            return [
                notActive(
                    .warning, "the OCI hook's program is missing or may not be executed",
                    ["\(path) names \(declaration.program ?? "none")"],
                    "such a hook is left out by \(engines), and nothing says so", "(run install/install.sh again)")
            ]
        }
        if !declaration.isInTime {
            let stages = declaration.stages.joined(separator: ", ")
            return [
                notActive(
                    .warning, "the OCI hook does not run when a container starts",
                    ["its stages in \(path): \(stages.isEmpty ? "none" : stages)"],
                    "containers start without their networks being made safe, and nothing says so",
                    "(name createRuntime among them, or run install/install.sh again)")
            ]
        }
        if declaration.isForAll { return [] }
        return [
            notActive(
                .information, "the OCI hook is not for every container", ["the conditions below \"when\" in \(path)"],
                "containers that its conditions leave out start without their networks being made safe",
                "(set \"when\": {\"always\": true})")
        ]
    }

    private func notActive(
        _ severity: Finding.Severity, _ summary: String, _ evidence: [String], _ consequence: String, _ remedy: String
    ) -> Finding {
        Finding(
            .hookNotActive, severity, at: .host, summary, evidence: evidence, consequence: consequence, remedy: remedy)
    }
}
