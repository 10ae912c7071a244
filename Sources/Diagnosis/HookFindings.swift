import Keel

// An OCI hook that is installed but does not run. No engine reports that a container started without it.

extension HostObservation {
    func hookFindings() -> [Finding] {
        guard let hooks else { return [] }
        return readerFindings(hooks) + dockerFindings(hooks)
    }

    /// Since version 28 Docker runs hooks before it sets up networks; earlier versions run them in time.
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
                "a container with that device starts without Evenkeel's protection",
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
            "(name its directory in hooks_dir of \(files), or install Evenkeel again)")
    }

    /// Its gravest flaw only.
    private func findings(of declaration: HookDeclaration, readBy engines: String) -> [Finding] {
        let path = declaration.path
        if let flaw = declaration.flaw {
            return [
                notActive(
                    .error, "the OCI hook's JSON cannot be read", ["\(path) \(flaw)"],
                    "no container of \(engines) starts until that is mended",
                    "(install Evenkeel again, or remove \(path))")
            ]
        }
        if !declaration.isExecutable {
            return [
                notActive(
                    .warning, "the OCI hook's program is missing or may not be executed",
                    ["\(path) names \(declaration.program ?? "none")"],
                    "the hook is skipped by \(engines), and nothing says so", "(install Evenkeel again)")
            ]
        }
        if !declaration.isInTime {
            let stages = declaration.stages.joined(separator: ", ")
            return [
                notActive(
                    .warning, "the OCI hook does not run when a container starts",
                    ["its stages in \(path): \(stages.isEmpty ? "none" : stages)"],
                    "containers start without their networks being made safe, and nothing says so",
                    "(add createRuntime to them, or install Evenkeel again)")
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
