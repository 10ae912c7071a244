import Keel

// An OCI hook that is installed and does not come to run: nobody says so when a container starts without it.

extension HostObservation {
    func hookFindings() -> [Finding] {
        guard let hooks else { return [] }
        return podmanFindings(hooks) + dockerFindings(hooks)
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

    private func podmanFindings(_ hooks: HookInstallation) -> [Finding] {
        guard hooks.hasPodman, !hooks.declarations.isEmpty else { return [] }
        let read = hooks.declarations.filter { declaration in
            hooks.directories.contains { declaration.path == "\($0)/evenkeel.json" }
        }
        // Of several of one name podman takes that of the last directory.
        let counting = hooks.directories.reversed().lazy.compactMap { directory in
            read.first { $0.path.hasPrefix("\(directory)/") }
        }.first
        guard let counting else {
            return [
                notActive(
                    .warning, "the OCI hook is installed where podman does not look",
                    hooks.declarations.map { "there is \($0.path)" } + [
                        "podman reads \(hooks.directories.joined(separator: ", "))"
                    ],
                    "containers start without their networks being made safe, and nothing says so",
                    "(name its directory in hooks_dir of containers.conf, or run install/install.sh again)")
            ]
        }
        if counting.program == nil || counting.stages == nil {
            return [
                notActive(
                    .error, "the OCI hook's JSON cannot be read",
                    ["\(counting.path) names no \(counting.program == nil ? "program" : "stages")"],
                    "podman starts no container at all while it is so",
                    "(run install/install.sh again, or take \(counting.path) away)")
            ]
        }
        if let program = counting.program, !counting.isExecutable {
            return [
                notActive(
                    .warning, "the OCI hook's program is missing or may not be executed",
                    ["\(counting.path) names \(program)"], "podman passes such a hook by, and nothing says so",
                    "(run install/install.sh again)")
            ]
        }
        guard counting.isInTime else {
            let stages = (counting.stages ?? []).joined(separator: ", ")
            return [
                notActive(
                    .warning, "the OCI hook does not run when a container starts",
                    ["its stages in \(counting.path): \(stages.isEmpty ? "none" : stages)"],
                    "containers start without their networks being made safe, and nothing says so",
                    "(name createRuntime among them, or run install/install.sh again)")
            ]
        }
        guard !counting.isAlways else { return [] }
        return [
            notActive(
                .information, "the OCI hook is not for every container", ["\"always\" is not true in \(counting.path)"],
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
