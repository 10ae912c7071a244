import Foundation
import Laboratory

/// An `EngineHost` with containerd, which attaches containers with CNI: of its own client the first network alone, of
/// the CRI all at once.
final class ContainerdHost: EngineHost {
    /// A call of a plugin, as the one before Evenkeel in the list saw it.
    struct Call: Decodable, Equatable {
        let command: String
        let namespace: String
        /// Whether it was told what the plugins before it, or ADD, had made.
        let hasResult: Bool
    }

    let sandbox: EngineSandbox

    /// `tellsOfPods`: whether it tells of pods by NRI. `copies` are further files that the host gets.
    init(
        networks: Int = 1, isGuarded: Bool = true, tellsOfPods: Bool = false, copies: [String: String] = [:]
    ) throws {
        let tests = Shell.packageFolder + "/Tests/Engines"
        let own = [
            "/opt/cni/bin/evenkeel": Shell.programs + "/evenkeel-cni",
            "/usr/local/bin/evenkeel": Shell.programs + "/evenkeel",
            Watched.program: Shell.programs + "/evenkeel-watch",
            ContainerdScript.client + "/cri.py": tests + "/cri.py",
            ContainerdScript.client + "/protobuf.py": tests + "/protobuf.py",
        ]
        sandbox = try EngineSandbox(copies: own.merging(copies) { $1 })
        try installFunctions(engine: ContainerdScript.functions)
        try run(
            HostScript.clean + HostScript.image + HostScript.world + ContainerdScript.configure
                + ContainerdScript.daemon,
            environment: [
                "networks": "\(networks)", "guarded": isGuarded ? "yes" : "", "pluggable": tellsOfPods ? "false" : "",
            ])
    }

    /// The calls of ADD and DEL since this was last asked for.
    func calls() throws -> [Call] {
        try lines("cat /run/calls; >/run/calls")
            .map { try JSONDecoder().decode(Call.self, from: Data($0.utf8)) }
            .filter { $0.command != "VERSION" }
    }
}
