import Laboratory

/// A situation in which programs are compared.
struct Case {
    let name: String
    let title: String
    /// What makes it, in the words of cases.sh.
    let setup: String
    /// The interface whose attachment is asked for: the last network's.
    let interface: String
    /// Whether every run finds all to do; else what the programs do has been done.
    var isFresh = false
    let contestants: [Contestant]

    private static let everybody: [Contestant] = [
        .plugin, .reference, .likewise, .tuning, .sbr, .firewall, .chain, .script,
    ]
    /// Those that do the same job, and the plugin that does a third of it.
    private static let same: [Contestant] = [.plugin, .reference, .likewise, .tuning, .script]

    static let all = [
        Case(
            name: "one", title: "one network, nothing to do", setup: "containers 1", interface: "eth0",
            contestants: everybody),
        Case(
            name: "fresh", title: "two networks, all to do", setup: "containers 2 fresh", interface: "eth1",
            isFresh: true, contestants: everybody),
        Case(
            name: "again", title: "two networks, nothing left to do", setup: "containers 2", interface: "eth1",
            contestants: everybody),
        Case(
            name: "sixteen", title: "16 networks, nothing left to do", setup: "containers 16", interface: "eth15",
            contestants: same),
        Case(
            name: "routes-10", title: "10 more routes", setup: "containers 1; routes 4 10", interface: "eth0",
            contestants: same),
        Case(
            name: "routes-10000", title: "10,000 more IPv4 routes", setup: "containers 1; routes 4 10000",
            interface: "eth0", contestants: same),
        Case(
            name: "routes6-10000", title: "10,000 more IPv6 routes", setup: "containers 1; routes 6 10000",
            interface: "eth0", contestants: same),
        Case(
            name: "rules", title: "5,000 nftables rules of others in 300 tables",
            setup: "containers 2; rules 300 5000", interface: "eth1", contestants: same),
        Case(
            name: "hook", title: "the OCI hook, two networks, nothing left to do", setup: "containers 2; hooked",
            interface: "eth1", contestants: [.hook, .plugin]),
        Case(
            name: "runtime", title: "the OCI runtime, two networks, nothing left to do",
            setup: "containers 2; hooked", interface: "eth1", contestants: [.runtime, .passing, .starting]),
    ]

    /// Makes it, and has everybody who is compared do their work once.
    func prepare() throws {
        try Arena.prepare(setup)
        if isFresh { return }
        let settling: [Contestant] = contestants.contains(.plugin) ? contestants : [.plugin] + contestants
        for contestant in settling {
            try reset(for: contestant)
            try run(contestant)
        }
    }

    /// Whatever has to be put back before a run.
    func reset(for contestant: Contestant) throws {
        if isFresh || contestant.isMovingRoutes { try Arena.reset(contestant.container) }
    }

    /// Runs it and returns the nanoseconds it took.
    @discardableResult
    func run(_ contestant: Contestant) throws -> UInt64 {
        var total: UInt64 = 0
        for (place, command) in contestant.commands(on: interface).enumerated() {
            var command = command
            if place > 0 { command.input = try Chain.next(command.input) }
            total += try Execution.run(command)
        }
        return total
    }
}
