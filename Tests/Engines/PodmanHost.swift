import Foundation
import Laboratory

/// An `EngineHost` with podman.
final class PodmanHost: EngineHost {
    /// What podman attaches containers with, and what makes them safe there.
    enum Backend: String {
        case netavark
        case cni

        /// podman 5 has left CNI behind.
        static let known: [Backend] = Podman.version == 4 ? [.netavark, .cni] : [.netavark]
    }

    let sandbox: EngineSandbox

    /// `isGuarded`: with netavark the OCI hook is installed, with CNI the plugin is in every network's list.
    init(_ backend: Backend = .netavark, runtime: String = "runc", isGuarded: Bool = true) throws {
        let hook = try String(contentsOfFile: Shell.packageFolder + "/hooks/evenkeel.json", encoding: .utf8)
        let program = try JSONDecoder().decode(HookFile.self, from: Data(hook.utf8)).hook.path
        sandbox = try EngineSandbox(copies: [
            program: Shell.programs + "/evenkeel-hook",
            Self.wrapper: Shell.programs + "/evenkeel-runtime",
            Watched.program: Shell.programs + "/evenkeel-watch",
            "/opt/cni/bin/evenkeel": Shell.programs + "/evenkeel-cni",
            "/usr/local/bin/evenkeel": Shell.programs + "/evenkeel",
        ])
        try installFunctions(engine: PodmanScript.functions)
        try run(
            HostScript.clean + PodmanScript.configure + HostScript.image + HostScript.world + PodmanScript.networks,
            environment: ["backend": backend.rawValue, "runtime": runtime])
        guard isGuarded else { return }
        switch backend {
        case .netavark:
            try sandbox.run("mkdir -p \(HostScript.hooks); cat >\(HostScript.hooks)/evenkeel.json", input: hook)
        case .cni: try sandbox.run(PodmanScript.appendPlugin)
        }
    }

    /// The part of the hook's file that says what podman is to run.
    private struct HookFile: Decodable {
        struct Hook: Decodable { let path: String }
        let hook: Hook
    }

    /// Where `evenkeel-runtime` is; nothing uses it unless told to.
    static let wrapper = "/usr/local/libexec/evenkeel/evenkeel-runtime"
}
