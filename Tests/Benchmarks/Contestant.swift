import Foundation
import Laboratory

/// What is compared.
enum Contestant: String, CaseIterable, Codable {
    case plugin = "evenkeel-cni"
    case reference = "C"
    case likewise = "C, linked as the plugin"
    case tuning
    case sbr
    case firewall
    case chain = "tuning, sbr and firewall"
    case script = "ip, sysctl and nft"
    case hook = "evenkeel-hook"
    case runtime = "the bare runtime"
    case passing = "evenkeel-runtime state"
    case starting = "evenkeel-runtime start"

    /// Those whose cost is the product's.
    var isOurs: Bool { [.plugin, .hook, .passing, .starting].contains(self) }

    /// Whether its instructions are counted: a single program of machine code, in no language with threads of its own.
    var isCountable: Bool { isOurs || [.reference, .likewise].contains(self) }

    /// The container it works on.
    var container: String { isMovingRoutes ? "s" : "c" }

    /// Whether what it leaves would be an error for its next run.
    var isMovingRoutes: Bool { self == .sbr || self == .chain }

    /// The file whose size is told.
    var program: String? { isCountable ? commands(on: "").first?.path : nil }

    /// The programs it runs one after the other. `interface` is the one whose attachment is asked for.
    func commands(on interface: String) -> [Command] {
        let own = Shell.programs
        let references = Shell.packageFolder + "/.build/benchmark"
        switch self {
        case .plugin: return [plugin("\(own)/evenkeel-cni", "evenkeel", interface)]
        case .reference: return [plugin("\(references)/reference", "evenkeel", interface)]
        case .likewise: return [plugin("\(references)/reference-likewise", "evenkeel", interface)]
        case .tuning, .sbr, .firewall: return [plugin("/usr/lib/cni/\(rawValue)", rawValue, interface)]
        case .chain:
            return [.tuning, .sbr, .firewall].map { (link: Contestant) in
                var command = plugin("/usr/lib/cni/\(link.rawValue)", link.rawValue, interface)
                command.output = Self.result
                return command
            }
        case .script:
            let script = "\(Shell.packageFolder)/Tests/Benchmarks/remedies.sh"
            return [Command(path: "/bin/bash", arguments: [script, container], environment: Self.path)]
        case .hook: return [Command(path: "\(own)/evenkeel-hook", input: "/run/bench/state.json")]
        case .runtime: return [Command(path: "/run/bench/runc", arguments: ["start", "c"])]
        case .passing: return [wrapper("state")]
        case .starting: return [wrapper("start")]
        }
    }

    /// What its costs are counted of: the wrapper ends where the real runtime would begin.
    func countedCommands(on interface: String) -> [Command] {
        commands(on: interface).map { command in
            var command = command
            if command.environment["EVENKEEL_RUNTIME"] != nil {
                command.environment["EVENKEEL_RUNTIME"] = "/run/bench/none/runc"
                command.status = 1
            }
            return command
        }
    }

    /// Where a plugin's result lies for the next one of a chain.
    static let result = "/run/bench/result.json"

    private static let path = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

    private func plugin(_ path: String, _ type: String, _ interface: String) -> Command {
        var environment = [
            "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "bench", "CNI_NETNS": "/run/netns/\(container)",
            "CNI_IFNAME": interface, "CNI_PATH": "/usr/lib/cni",
        ]
        // The plugin firewall runs iptables.
        if [.firewall, .chain].contains(self) { environment.merge(Self.path) { $1 } }
        return Command(path: path, environment: environment, input: "/run/bench/\(container)-\(type).json")
    }

    private func wrapper(_ verb: String) -> Command {
        Command(
            path: Shell.programs + "/evenkeel-runtime", arguments: [verb, "c"],
            environment: ["EVENKEEL_RUNTIME": "/run/bench/runc"])
    }
}
