import Laboratory
import Netlink
import Testing

@testable import SystemCheck

/// A root with the files of a kernel that has modules.
private func root(_ files: [String: String]) throws -> Scratch {
    let scratch = try Scratch()
    for (path, content) in files {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try Shell.runSuccessfully(["mkdir", "-p", "\(scratch.path)/\(folder)"])
        _ = try scratch.file(path, Array(content.utf8))
    }
    return scratch
}

private let release = "6.1.0-18-amd64"
private let listed = [
    "lib/modules/6.1.0-18-amd64/modules.builtin": "kernel/net/ipv6/ipv6.ko\n",
    "lib/modules/6.1.0-18-amd64/modules.dep":
        "kernel/net/netfilter/nf_tables.ko.xz: kernel/net/netfilter/nfnetlink.ko.xz\nkernel/net/netfilter/nfnetlink.ko.xz:\n"
        + "kernel/net/netfilter/nft-ct.ko:\n",
    "proc/modules": "nfnetlink 20480 1 nf_tables, Live 0x0000000000000000\n",
]

@Suite struct KernelModulesTests {
    @Test func aModuleIsLoadedBuiltInLoadableOrAbsent() throws {
        let root = try root(listed)
        let modules = KernelModules(release: release, root: root.path)
        #expect(modules.state(of: "nfnetlink") == .loaded)
        #expect(modules.state(of: "ipv6") == .builtIn)
        #expect(modules.state(of: "nf_tables") == .loadable)
        #expect(modules.state(of: "nft_ct") == .loadable)
        #expect(modules.state(of: "nft_fib") == .absent)
        #expect(modules.state(of: ["nfnetlink", "nf_tables"]) == .loadable)
        #expect(modules.state(of: ["nf_tables", "nft_fib"]) == .absent)
    }

    @Test func whatWouldBeLoadedIsNotAskedFor() throws {
        let root = try root(listed)
        let modules = KernelModules(release: release, root: root.path)
        #expect(modules.areAskedForWithoutLoading(["nfnetlink", "ipv6"], optional: ["nft_counter"]))
        #expect(!modules.areAskedForWithoutLoading(["nfnetlink", "nf_tables"], optional: []))
        #expect(!modules.areAskedForWithoutLoading(["nfnetlink"], optional: ["nft_ct"]))
        // One of which nothing is known may be loaded from where nobody looked.
        #expect(!modules.areAskedForWithoutLoading(["nft_fib"], optional: []))
    }

    @Test func aLockedKernelLoadsNothing() throws {
        var files = listed
        files["proc/sys/kernel/modules_disabled"] = "1\n"
        let root = try root(files)
        let modules = KernelModules(release: release, root: root.path)
        #expect(modules.state(of: "nf_tables") == .absent)
        #expect(modules.areAskedForWithoutLoading(["nf_tables"], optional: []))
    }

    @Test func withoutListsNothingIsKnown() throws {
        let root = try root([
            "proc/modules": "nfnetlink 20480 1 - Live 0x0\n", "sys/module/nf_conntrack/parameters/x": "",
        ])
        let modules = KernelModules(release: release, root: root.path)
        #expect(modules.state(of: "nfnetlink") == .loaded)
        #expect(modules.state(of: "nf_conntrack") == .builtIn)
        #expect(modules.state(of: "nf_tables") == .unknown)
    }

    @Test func aKernelWithoutModulesMayBeAsked() throws {
        let root = try root([:])
        #expect(
            KernelModules(release: release, root: root.path).areAskedForWithoutLoading(["nf_tables"], optional: []))
    }
}

@Suite struct KernelRowTests {
    private func facts(_ change: (inout KernelFacts) -> Void = { _ in }) throws -> [CheckRow] {
        let root = try root(listed)
        var facts = KernelFacts(modules: KernelModules(release: release, root: root.path))
        facts.listsRules = true
        facts.trial = KernelTrial()
        facts.trial?.refusedTables = []
        facts.conntrack = .init(entries: 1, max: 10)
        change(&facts)
        return facts.rows
    }

    private func marks(_ rows: [CheckRow]) -> [String: CheckRow.Mark] {
        Dictionary(uniqueKeysWithValues: rows.map { ($0.what, $0.mark) })
    }

    @Test func allThatWasTriedAndAcceptedIsWell() throws {
        let rows = try facts()
        #expect(rows.filter { $0.mark != .ok }.map(\.what) == ["release"])
        #expect(CheckVerdict(rows) == .ready)
    }

    @Test func withoutPolicyRulesNothingCanBeDone() throws {
        let rows = try facts { $0.trial?.refusedRules[.v4] = "cannot add policy rule: Operation not supported" }
        #expect(marks(rows)["policy rules, IPv4"] == .missing)
        #expect(marks(rows)["policy rules, IPv6"] == .ok)
        #expect(CheckVerdict(rows) == .unable)
    }

    /// The rest still works, with a word in the policy.
    @Test func withoutNftablesTheHostIsLimited() throws {
        let tried = try facts { $0.trial?.refusedTables = ["cannot read: EOPNOTSUPP: this kernel has no nf_tables"] }
        #expect(marks(tried)["nf_tables"] == .missing)
        #expect(CheckVerdict(tried) == .limited)
        let listed = try facts {
            $0.trial?.refusedTables = nil
            $0.modules = KernelModules(release: "none", root: "/nonexistent")
        }
        #expect(marks(listed)["nf_tables"] == .unknown)
        #expect(CheckVerdict(listed) == .ready)
    }

    @Test func whatWasNotTriedIsJudgedByTheListOfModules() throws {
        let rows = try facts { $0.trial?.refusedTables = nil }
        #expect(marks(rows)["nf_tables"] == .ok)
        #expect(marks(rows)["rules for INVALID"] == .missing)
        #expect(rows.contains { $0.found.contains("nft_fib") })
    }

    @Test func anOrdinaryUserIsToldWhatWasNotTried() throws {
        let rows = try facts {
            $0.trial = nil
            $0.untried = "cannot make a network namespace: Operation not permitted (EPERM)"
        }
        #expect(marks(rows)["sysctls of a namespace"] == .unknown)
        #expect(marks(rows)["policy rules, IPv4"] == .ok)
        #expect(rows.contains { $0.found.contains("EPERM") })
    }

    @Test(arguments: [
        ("root", 0, UInt64(1) << 12 | 1 << 21, CheckRow.Mark.ok), ("user", 1000, 0, .unknown), ("bare", 0, 0, .limited),
    ])
    func privilegesAreJudgedByCapabilities(name: String, user: UInt32, capabilities: UInt64, mark: CheckRow.Mark) {
        #expect(Privileges(user: user, capabilities: capabilities).rows[0].mark == mark, "\(name)")
    }

    @Test func capabilitiesAreReadAsHexadecimal() {
        #expect(Privileges.capabilities(in: "Name:\tx\nCapEff:\t000001fffeffffff\n") == 0x1ff_feff_ffff)
        #expect(Privileges.capabilities(in: "") == nil)
    }
}
