import Foundation
import Laboratory
import Testing

/// Over generated namespaces, with packets: for a socket of every kind, what reached its destination before the product ran
/// still does after it, unless that was ambiguous; then it reaches it every time.
@Suite struct HarmlessnessTests {
    private static let size = 24
    /// `EVENKEEL_SEEDS` is how many namespaces are tried; `EVENKEEL_SEED` the first of them.
    private static let setting = ProcessInfo.processInfo.environment
    private static let count = setting["EVENKEEL_SEEDS"].flatMap { Int($0) } ?? 72
    private static let first = setting["EVENKEEL_SEED"].flatMap { UInt64($0) } ?? 1
    private static let batches = stride(from: 0, to: count, by: size).map {
        (0..<min(size, count - $0)).map { [start = $0] in first + UInt64(start + $0) }
    }

    @Test(arguments: batches) func whateverReachedItsDestinationStillDoes(seeds: [UInt64]) throws {
        let lab = try Lab("DefaultRoute/world.sh", "DefaultRoute/survey.sh")
        let all = zip(seeds, 5...).map { Harmlessness(namespace: GeneratedNamespace(seed: $0, part: $1)) }
        let setup = all.flatMap { $0.namespace.commands }.joined(separator: "\n")
        try lab.run("\(GeneratedNamespace.world)\(setup)\nstart_tunnels")
        let before = try ask(lab, all.flatMap(\.sockets), patience: "0.8")
        // Half of them know no neighbour any more.
        let forgetting = all.filter { $0.namespace.seed % 2 == 0 }.map(\.namespace.name)
        let second = try lab.run(
            """
            for name in \(forgetting.joined(separator: " ")); do ip -n $name neigh flush all >/dev/null 2>&1; done
            for name in \(all.map(\.namespace.name).joined(separator: " ")); do
                guard $name >/run/changed.$name 2>/run/said.$name || echo "$name $(grep '^[<>]' /run/changed.$name | xargs) $(cat /run/said.$name)"
            done
            """)
        for line in second.split(separator: "\n") {
            guard let harmless = all.first(where: { line.hasPrefix($0.namespace.name + " ") }) else { continue }
            Issue.record("a second run changes something, or a run fails: \(line)\n\(byHand(harmless.namespace))")
        }
        let demanded = all.flatMap { harmless in
            harmless.sockets.compactMap { socket -> Demanded? in
                let demand = harmless.demand(of: socket, before: before[socket.name] ?? [])
                return demand == .nothing ? nil : Demanded(harmless: harmless, socket: socket, demand: demand)
            }
        }
        #expect(demanded.count > seeds.count * 6, "the generator makes too little that reaches anything")
        try expect(demanded, ask(lab, demanded.map(\.socket), patience: "3"), before: before, lab)
    }

    private struct Demanded {
        let harmless: Harmlessness
        let socket: Harmlessness.Socket
        let demand: Harmlessness.Demand
    }

    private func expect(
        _ demanded: [Demanded], _ after: [String: [String]], before: [String: [String]], _ lab: Lab
    ) throws {
        var failures: [String: [String]] = [:]
        for item in demanded {
            let ways = after[item.socket.name] ?? []
            let isMet =
                switch item.demand {
                case .nothing: true
                case .reaches: !ways.isEmpty && !ways.contains("-")
                case .reachesBy(let way): ways == Array(repeating: way, count: ways.count) && !ways.isEmpty
                }
            guard !isMet else { continue }
            let was = (before[item.socket.name] ?? []).joined(separator: " ")
            failures[item.harmless.namespace.name, default: []].append(
                "\(item.socket.name): before \(was); after \(ways.joined(separator: " "))")
        }
        for (name, lines) in failures.sorted(by: { $0.key < $1.key }) {
            guard let item = demanded.first(where: { $0.harmless.namespace.name == name }) else { continue }
            let routing = try lab.run("routing \(name) | grep -E 'default|proto 69|rule|lookup'; cat /run/said.\(name)")
            Issue.record(
                "\(lines.joined(separator: "\n"))\nafterwards:\n\(routing)\n\(byHand(item.harmless.namespace))")
        }
    }

    /// The ways of each socket, four rounds.
    private func ask(_ lab: Lab, _ sockets: [Harmlessness.Socket], patience: String) throws -> [String: [String]] {
        let answers = try lab.run(
            "python3 \"$libraries/DefaultRoute/probe.py\" 4 \(patience)", input: sockets.map { $0.line + "\n" }.joined()
        )
        return Dictionary(
            answers.split(separator: "\n").map { line in
                let words = line.split(separator: " ").map(String.init)
                return (words[0], Array(words.dropFirst()))
            }, uniquingKeysWith: { one, _ in one })
    }

    /// How a person makes the same, as root in the package's folder.
    private func byHand(_ namespace: GeneratedNamespace) -> String {
        """
        EVENKEEL_SEED=\(namespace.seed) EVENKEEL_SEEDS=1 tries seed \(namespace.seed) alone. By hand:
        unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private bash
        mount -t tmpfs tmpfs /run; ip link set lo up
        export libraries=$PWD/Tests/Live laboratory=$PWD/Tests/Laboratory/packets programs=$PWD/.build/dist
        for library in lab DefaultRoute/world DefaultRoute/survey; do . $libraries/$library.sh; done
        \(GeneratedNamespace.world)\(namespace.commands.joined(separator: "\n"))
        start_tunnels
        survey \(namespace.name) \(namespace.hasClient ? namespace.client : "")
        guard \(namespace.name); rules 4 \(namespace.name); rules 6 \(namespace.name)
        survey \(namespace.name) \(namespace.hasClient ? namespace.client : "")
        """
    }
}
