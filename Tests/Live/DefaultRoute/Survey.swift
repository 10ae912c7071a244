import Laboratory

/// By which way a container's sockets of every kind reach the other side, as survey.sh finds it.
struct Survey: Equatable {
    /// By a family and what the socket is bound to, as in `4 10.89.1.5`, `6 dev:eth1`, `4 -` and `4 client`.
    private let ways: [String: String]

    init(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2).map(String.init) }
        ways = Dictionary(lines.map { ("\($0[0]) \($0[1])", $0[2]) }, uniquingKeysWith: { one, _ in one })
    }

    /// `br1`, `lan5`, `vpn`, `lost`, or all that was seen where it is not one.
    subscript(socket: String) -> String { ways[socket] ?? "not asked" }

    private static func isOneWay(_ way: String) -> Bool { way != "lost" && !way.contains(" ") }

    /// Of both families, where they are the same.
    func both(_ socket: String) -> String {
        self["4 \(socket)"] == self["6 \(socket)"]
            ? self["4 \(socket)"] : "\(self["4 \(socket)"]) and \(self["6 \(socket)"])"
    }

    /// What reached the other side by one way and is lost now, or goes now this way and now that, a line each.
    func harms(since before: Survey) -> [String] {
        before.ways.sorted { $0.key < $1.key }.filter { Self.isOneWay($0.value) && !Self.isOneWay(self[$0.key]) }.map {
            "\($0.key): \($0.value), now \(self[$0.key])"
        }
    }

    /// What no longer reaches the other side as it did, or by another way, a line each.
    func changes(since before: Survey) -> [String] {
        before.ways.sorted { $0.key < $1.key }.filter { $0.value != "lost" && ways[$0.key] != $0.value }.map {
            "\($0.key): \($0.value), now \(self[$0.key])"
        }
    }
}

extension Lab {
    /// A lab whose ways out can be told apart.
    convenience init(world setup: String) throws {
        try self.init("DefaultRoute/world.sh", "DefaultRoute/survey.sh")
        try run(setup)
    }

    /// - Parameter client: sends through the container.
    func survey(_ name: String = "c", client: String = "", _ settings: String = "") throws -> Survey {
        Survey(try run("\(settings) survey \(name) \(client)"))
    }

    /// Runs the plugin twice for `c`; what the two say. Fails if the second changes anything.
    @discardableResult
    func protect(_ policy: String = "") throws -> String {
        try run("guard c \(policy.isEmpty ? "" : "'\(policy)'") 2>&1")
    }

    /// The product's rules in their order, without `from all`.
    func rules(_ family: Int) throws -> [String] {
        try run("rules \(family) c").split(separator: "\n").map(String.init)
    }

    /// The first two rules, and those for networks whose interface, number on the bridge and host part these are.
    static func expectedRules(_ family: Int, _ others: Int...) -> [String] {
        ["lookup main suppress_prefixlength 0", "lookup main suppress_ifgroup 17739"]
            + others.map { "from \(prefix(family, $0)) iif lo lookup eth\($0 - 1)" }
            + others.map { "oif eth\($0 - 1) lookup eth\($0 - 1)" }
    }

    private static func prefix(_ family: Int, _ network: Int) -> String {
        family == 4 ? "10.89.\(network).0/24" : "fd00:89:\(network)::/64"
    }
}
