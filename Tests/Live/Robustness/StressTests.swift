import Laboratory
import Testing

/// As many attachments as a busy host has, made and deleted sixteen at a time in random order, in the same containers and on
/// the same bridges.
@Suite struct StressTests {
    private struct HostAttachment: Hashable {
        let container: Int
        let network: Int

        var line: String { "s\(container) \(network)" }
    }

    private static let containers = 100
    private static let networks = 5
    private static let all = (1...containers).flatMap { container in
        (1...networks).map { HostAttachment(container: container, network: $0) }
    }

    @Test func fiveHundredAttachmentsComeAndGo() throws {
        let lab = try Lab("Robustness/stress.sh")
        var random = SeededGenerator(seed: 69)
        try lab.run("venue \(Self.containers) 4")
        try expectNothingSaid(lab, "attach_and_add", Self.all.shuffled(using: &random))
        try expectGuarded(lab)
        try expectNothingSaid(lab, "check", Self.all)

        let order = Self.all.shuffled(using: &random)
        let (gone, remaining) = (order.prefix(250), order.dropFirst(250))
        try expectNothingSaid(lab, "delete", Array(gone))
        let winners = try lab.run("winners \(Self.containers)")
        #expect(winners == Self.winners(among: remaining))
        try expectNothingSaid(lab, "check", Array(remaining))

        try expectNothingSaid(lab, "delete", Array(remaining))
        try expectNothingSaid(lab, "delete_again", Self.all.shuffled(using: &random))
        try expectNothingLeft(lab, of: Self.containers)
    }

    /// The element of a bridge goes with its last port, but not while another's first comes.
    @Test func bridgesThatEmptyAndFillAtOnce() throws {
        let lab = try Lab("Robustness/stress.sh")
        try lab.run("venue 16 8")
        let said = try lab.run("swaps 8 40")
        #expect(said == "")
        try expectNothingLeft(lab, of: 16)
    }

    /// Each sees the other's port, which is still there, so it takes the next run to see that nobody is left.
    @Test func theLastTwoOfABridgeGoAtOnce() throws {
        let lab = try Lab("Robustness/stress.sh")
        try lab.run(
            """
            venue 2 1
            for name in s1 s2; do attach_and_add $name 1; done
            for name in s1 s2; do plugin DEL $name 1; done
            for name in s1 s2; do ip link del v${name}1; done
            collect_garbage
            """)
        try expectNothingLeft(lab, of: 2)
    }

    private func expectNothingSaid(
        _ lab: Lab, _ step: String, _ attachments: [HostAttachment], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let said = try lab.run("sixteen \(step)", input: attachments.map { $0.line + "\n" }.joined())
        #expect(said == "", sourceLocation: sourceLocation)
    }

    private func expectNothingLeft(
        _ lab: Lab, of containers: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let left = try lab.run("leftovers \(containers)")
        #expect(left == "", sourceLocation: sourceLocation)
    }

    /// One default route a family, by the first network; packets from the others' addresses leave by theirs.
    private func expectGuarded(_ lab: Lab) throws {
        let ways = (0..<Self.networks).map { "dev eth\($0) dev eth\($0)" }.joined(separator: " ")
        let expected = """
            100 6 2
            100 \(ways)
            100 group: 5
            100 main: default via 10.89.1.1 dev eth0 proto static metric 100 \
            default via fd00:89:1::1 dev eth0 proto static metric 100 pref medium
            100 rules: 10 10
            """
        let counted = "for n in $(seq \(Self.containers)); do routing s$n; done | sort | uniq -c | awk '{ $1 = $1 } 1'"
        let routing = try lab.run(counted)
        #expect(routing == expected)
    }

    /// Each container's first network that is left.
    private static func winners(among remaining: some Sequence<HostAttachment>) -> String {
        let networks = Dictionary(grouping: remaining, by: \.container).mapValues { $0.map(\.network).min() }
        return (1...containers).map { container in
            let interface = networks[container].flatMap { $0 }.map { " eth\($0 - 1)" } ?? ""
            return "s\(container)\(interface)\(interface)"
        }.joined(separator: "\n")
    }
}
