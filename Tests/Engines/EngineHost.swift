import Laboratory
import Testing

/// A host with an engine, the programs under test, up to three networks and a world beyond its uplink.
///
///     far 198.51.100.2 -- uplink 198.51.100.1 [host] 10.89.1.1 -- network n1 -- [container]
///         2001:db8:51::2     2001:db8:51::1         10.89.2.1 -- network n2 --
///
/// and the same in IPv6, fd00:89:N::1. The host filters reverse paths strictly, as many do. World and probes are those of
/// the packet laboratory.
protocol EngineHost {
    var sandbox: EngineSandbox { get }
}

extension EngineHost {
    /// Where scripts find the functions that they have at hand.
    private var functions: String { "/root/functions.sh" }

    /// `engine` are the functions `start`, `process` and `show`.
    func installFunctions(engine: String) throws {
        let files = try ["Engines/container", "Engines/traffic", "Live/Watch/watch", "Engines/watched"].map {
            try String(contentsOfFile: "\(Shell.packageFolder)/Tests/\($0).sh", encoding: .utf8)
        }
        let functions = try PacketLaboratory.functions() + files.joined() + engine
        try sandbox.run("cat >\(self.functions)", input: functions)
    }

    /// Runs a script that must succeed; what it prints, without white space at its ends.
    @discardableResult
    func run(_ script: String, input: String = "", environment: [String: String] = [:]) throws -> String {
        try sandbox.run(". \(functions)\n" + script, input: input, environment: environment).text
    }

    /// Runs a script whose end is for the caller to judge.
    func attempt(_ script: String) throws -> Output { try sandbox.attempt(". \(functions)\n" + script) }

    /// What a script prints, by line.
    func lines(_ script: String) throws -> [String] { try run(script).split(separator: "\n").map(String.init) }

    /// What a container saw first when it was last started.
    func firstAction(of container: String) throws -> FirstAction {
        try #require(FirstAction(run("first_action \(container)")))
    }

    /// The default routes in a container's main table, a line each; one of several legs has further lines.
    func defaultRoutes(of container: String, family: Int = 4) throws -> [String] {
        try lines("inside \(container) ip -\(family) route show default")
    }

    /// The network whose default route a container uses; nil if that is not exactly one.
    func winner(of container: String) throws -> String? {
        let routes = try defaultRoutes(of: container)
        guard routes.count == 1 else { return nil }
        return (1...3).first { routes[0].contains("via 10.89.\($0).1 ") }.map { "n\($0)" }
    }

    /// A line for each kind of traffic of a container of which something was lost.
    func losses(of container: String, probes: Int = 6) throws -> [String] {
        try lines("probes=\(probes); losses \(container)")
    }

    /// A line for each thing that is not as it must be while a container is guarded by the plugin or the hook.
    func faults(of container: String, probes: Int = 2) throws -> [String] {
        var faults: [String] = []
        for family in [4, 6] {
            let routes = try defaultRoutes(of: container, family: family)
            if routes.count != 1 { faults.append("IPv\(family) default routes: \(routes)") }
        }
        faults += try lines("filters \(container)").map { "not loose: \($0)" }
        let (guarded, attached) = (try lines("guarded"), try lines("attached"))
        if guarded != attached { faults.append("guarded: \(guarded), attached: \(attached)") }
        return faults + (try losses(of: container, probes: probes))
    }
}
