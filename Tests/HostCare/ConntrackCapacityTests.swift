import LinuxSystem
import Testing

@testable import HostCare
@testable import Keel

/// What becomes of the connection tracking table's size and timeouts.
@Suite struct ConntrackCapacityTests {
    private let gibibyte = 1 << 30

    private func table(max: Int = 262_144, buckets: Int = 262_144, processors: Int = 2, memory: Int = 1 << 34)
        -> ConntrackSnapshot
    {
        ConntrackSnapshot(
            max: max, buckets: buckets, tcpEstablishedTimeout: 432_000, genericTimeout: 600, processors: processors,
            memory: memory)
    }

    private func policy(_ max: Policy.Conntrack.Size, established: Int? = nil, generic: Int? = nil) -> Policy.Conntrack
    {
        var policy = Policy.Conntrack()
        (policy.max, policy.tcpEstablishedTimeout, policy.genericTimeout) = (max, established, generic)
        return policy
    }

    private func values(_ table: ConntrackSnapshot, _ policy: Policy.Conntrack) -> [String] {
        table.plan(policy).changes.compactMap { change in
            guard case .set(let sysctl, let value) = change.action else { return nil }
            return "\(sysctl.name)=\(value)"
        }
    }

    /// Processors, memory in MiB, entries.
    @Test(arguments: [
        (1, 65536, 131_072), (4, 65536, 131_072), (5, 65536, 163_840), (32, 65536, 1_048_576),
        (512, 1 << 20, 1_048_576),
        (64, 512, 26_214), (1, 8192, 131_072), (2, 1024, 52_428), (1, 0, 1),
    ]) func theSizeFitsTheMachine(processors: Int, mebibytes: Int, expected: Int) {
        #expect(table(processors: processors, memory: mebibytes << 20).automaticMax == expected)
    }

    @Test func aLargerLimitAndAQuarterOfItInBucketsAreSet() {
        let small = table(max: 65536, buckets: 16384)
        #expect(
            values(small, policy(.entries(1_048_576)))
                == ["nf_conntrack_buckets=262144", "nf_conntrack_max=1048576"])
        #expect(
            small.plan(policy(.entries(1_048_576))).changes.last?.done
                == "set nf_conntrack_max to 1048576 (it was 65536; up to 320 MiB when full)")
        // As the kernel rounds them.
        #expect(values(small, policy(.entries(100_001))) == ["nf_conntrack_buckets=25088", "nf_conntrack_max=100001"])
    }

    @Test func aLimitIsNeverLoweredAndNothingIsDoneTwice() {
        for wanted in [1, 1000, 262_143, 262_144] {
            let (changes, notes) = table().plan(policy(.entries(wanted)))
            #expect(changes.isEmpty)
            #expect(notes.count == (wanted < 262_144 ? 1 : 0), "somebody who asks for less is told")
        }
        #expect(table().plan(policy(.automatic)).notes.isEmpty)
        for (max, buckets) in [(1, 1), (5000, 4), (131_072, 32768), (1 << 21, 1 << 10)] {
            var now = table(max: max, buckets: buckets)
            for case .set(let sysctl, let value) in now.plan(policy(.automatic)).changes.map({ $0.action }) {
                if sysctl == .conntrackMax { now.max = value } else { now.buckets = value }
            }
            #expect(now.plan(policy(.automatic)).changes.isEmpty && now.max >= max && now.buckets >= buckets)
        }
    }

    @Test(arguments: [Policy.Conntrack.Size.automatic, .entries(1000)])
    func bucketsOfALimitThatMeansNoneFitTheMemory(size: Policy.Conntrack.Size) {
        let endless = table(max: Int(Int32.max), buckets: 2048, memory: 256 << 20)
        #expect(values(endless, policy(size)) == ["nf_conntrack_buckets=3584"], "a quarter of 1/64 of the memory")
        let large = table(max: Int(Int32.max), buckets: 2048, memory: 1 << 40)
        #expect(values(large, policy(size)) == ["nf_conntrack_buckets=262144"])
        var host = Policy()
        host.conntrack = policy(size)
        let files = PersistentSettings.files(host, endless, isModule: true).map { $0.text }.joined()
        #expect(files.contains("hashsize=3584\n") && files.contains("nf_conntrack_max = 2147483647\n"))
        #expect(
            values(endless, policy(.entries(40000))) == ["nf_conntrack_buckets=10240"],
            "somebody who asks for more gets it")
    }

    @Test func aTableWithoutALimitAndAPolicyThatKeepsChangeNothing() {
        #expect(values(table(max: 0, buckets: 1), policy(.automatic)) == [])
        #expect(values(table(max: 10, buckets: 1), policy(.keep)) == [])
    }

    @Test func timeoutsAreSetOnlyWhereThePolicyNamesThem() {
        #expect(values(table(), policy(.keep, established: 54000)) == ["nf_conntrack_tcp_timeout_established=54000"])
        #expect(
            values(table(), policy(.keep, established: 432_000, generic: 120)) == ["nf_conntrack_generic_timeout=120"])
        var without = table()
        without.genericTimeout = nil
        #expect(values(without, policy(.keep, generic: 120)) == [], "a kernel without it")
    }

    @Test(arguments: [(0, 0, "0 entries, no limit", false), (9, 0, "9 entries, no limit", false)])
    func noLimitIsNeverReached(
        entries: Int, max: Int, words: String, isFull: Bool
    ) {
        let fill = ConntrackFill(entries: entries, max: max)
        #expect(fill.text == words && fill.isFull == isFull && !fill.reaches(0.1) && fill.percent == nil)
    }

    @Test func fullnessIsMeasuredByTheLimit() {
        #expect(ConntrackFill(entries: 899, max: 1000).reaches(0.9) == false)
        #expect(ConntrackFill(entries: 900, max: 1000).reaches(0.9))
        #expect(ConntrackFill(entries: 999, max: 1000).isFull == false)
        #expect(ConntrackFill(entries: 1001, max: 1000).isFull)
        #expect(ConntrackFill(entries: 245_000, max: 262_144).text == "245000 of 262144 entries (93%)")
    }

    @Test func countersAreAddedOverProcessorsByTheirNames() {
        let text = """
            entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error search_restart
            00000005  00000000 00000000 00000000 0000000a 00000000 00000000 00000000 00000000 00000001 00000002 00000003 00000000 00000004
            00000005  00000000 00000000 00000000 00000010 00000000 00000000 00000000 00000000 00000010 00000020 00000030 00000000 ffffffff

            """
        let statistics = ConntrackStatistics(text)
        #expect(statistics.invalid == 26 && statistics.insertFailed == 17 && statistics.drop == 34)
        #expect(statistics.earlyDrop == 51 && statistics.searchRestart == 0xffff_ffff + 4)
        #expect(ConntrackStatistics("") == ConntrackStatistics("drop\nxyz\n"), "what is no number counts nothing")
    }
}
