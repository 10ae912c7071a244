import Foundation
import Laboratory
import Testing

/// A host with podman, the programs under test, two networks and a world beyond its uplink.
///
///     far 198.51.100.2 -- uplink 198.51.100.1 [host] 10.89.1.1 -- network n1 -- [container]
///         2001:db8:51::2     2001:db8:51::1         10.89.2.1 -- network n2 --
///
/// and the same in IPv6, fd00:89:N::1. The host filters reverse paths strictly, as many do. The kernel has no such
/// filter for IPv6, so there a firewall rule plays its part.
final class PodmanHost {
    /// What podman attaches containers with, and what makes them safe there.
    enum Backend: String {
        case netavark
        case cni
    }

    private let sandbox: EngineSandbox

    /// `isGuarded`: with netavark the OCI hook is installed, with CNI the plugin is in every network's list.
    init(_ backend: Backend = .netavark, runtime: String = "runc", isGuarded: Bool = true) throws {
        let hook = try String(contentsOfFile: Shell.packageFolder + "/hooks/evenkeel.json", encoding: .utf8)
        let program = try JSONDecoder().decode(HookFile.self, from: Data(hook.utf8)).hook.path
        sandbox = try EngineSandbox(copies: [
            program: Shell.programs + "/evenkeel-hook",
            Self.wrapper: Shell.programs + "/evenkeel-runtime",
            "/opt/cni/bin/evenkeel": Shell.programs + "/evenkeel-cni",
            "/usr/local/bin/evenkeel": Shell.programs + "/evenkeel",
        ])
        let settings = ["backend": backend.rawValue, "runtime": runtime]
        try sandbox.run(HostScript.all, environment: settings)
        try sandbox.run("cat >\(Self.functions)", input: ContainerScript.functions)
        guard isGuarded else { return }
        switch backend {
        case .netavark:
            try sandbox.run("mkdir -p \(HostScript.hooks); cat >\(HostScript.hooks)/evenkeel.json", input: hook)
        case .cni: try sandbox.run(HostScript.appendPlugin)
        }
    }

    /// Runs a script that must succeed; what it prints, without white space at its ends.
    @discardableResult
    func run(_ script: String, input: String = "") throws -> String {
        try sandbox.run(". \(Self.functions)\n" + script, input: input).text
    }

    /// Runs a script whose end is for the caller to judge.
    func attempt(_ script: String) throws -> Output { try sandbox.attempt(". \(Self.functions)\n" + script) }

    /// What a container saw first when it was last started.
    func firstAction(of container: String) throws -> FirstAction {
        try #require(FirstAction(run("first_action \(container)")))
    }

    /// The default routes in a container's main table, a line each; one of several legs has further lines.
    func defaultRoutes(of container: String, family: Int = 4) throws -> [String] {
        try run("inside \(container) ip -\(family) route show default").split(separator: "\n").map(String.init)
    }

    /// The network whose default route a container uses; nil if that is not exactly one.
    func winner(of container: String) throws -> String? {
        let routes = try defaultRoutes(of: container)
        guard routes.count == 1 else { return nil }
        return ["n1": "via 10.89.1.1 ", "n2": "via 10.89.2.1 "].first { routes[0].contains($0.value) }?.key
    }

    /// A line for each kind of traffic of a container of which something was lost.
    func losses(of container: String, probes: Int = 10) throws -> [String] {
        try run("probes=\(probes); losses \(container)").split(separator: "\n").map(String.init)
    }

    /// The part of the hook's file that says what podman is to run.
    private struct HookFile: Decodable {
        struct Hook: Decodable { let path: String }
        let hook: Hook
    }

    /// Where `evenkeel-runtime` is; nothing uses it unless told to.
    static let wrapper = "/usr/local/libexec/evenkeel/evenkeel-runtime"

    private static let functions = "/root/functions.sh"
}
