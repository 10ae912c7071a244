import LinuxSystem
import Testing

@testable import HostCare
@testable import Keel

/// What the host's own configuration will do to the table.
@Suite struct BootSettingsTests {
    private func settings(_ text: String, from path: String = "/etc/sysctl.d/60-web.conf") -> BootSettings {
        var settings = BootSettings()
        settings.add(text, from: path)
        return settings
    }

    @Test(arguments: [
        "net.netfilter.nf_conntrack_max=131072", "net/netfilter/nf_conntrack_max = 131072",
        "  -net.netfilter.nf_conntrack_max\t=\t131072  ", "net.nf_conntrack_max = 131072\r",
        "# net.netfilter.nf_conntrack_max = 1\n; so\n\nnet.netfilter.nf_conntrack_max = 5\nnet.netfilter.nf_conntrack_max=131072",
    ]) func theLastLineOfAKeyCounts(text: String) {
        #expect(settings(text).setting(of: .conntrackMax)?.value == "131072")
    }

    @Test func whatIsNoSettingIsLeftOut() {
        for text in ["", "net.netfilter.nf_conntrack_max", "=", "#", "net.netfilter.nf_conntrack_maximum = 5"] {
            #expect(settings(text).setting(of: .conntrackMax) == nil)
        }
    }

    @Test func aNameWithDotsIsWrittenWithSlashes() {
        #expect(settings("net.ipv4.conf.eth0/5.rp_filter = 2").settings.first?.key == "net/ipv4/conf/eth0.5/rp_filter")
        #expect(settings("net/ipv4/conf/eth0.5/rp_filter = 2").settings.first?.key == "net/ipv4/conf/eth0.5/rp_filter")
    }

    private func conflicts(
        _ boot: String, max: Int = 131_072, wanted: Int = 131_072, kubeProxy: Int32? = nil,
        _ change: (inout Policy.Conntrack) -> Void = { _ in }
    ) -> [String] {
        var policy = Policy.Conntrack()
        policy.max = .entries(wanted)
        change(&policy)
        let table = ConntrackSnapshot(max: max, buckets: 65536, tcpEstablishedTimeout: 432_000, genericTimeout: 600)
        return table.conflicts(policy, settings(boot)) + table.conflicts(policy, kubeProxy: kubeProxy)
    }

    @Test func aSmallerLimitAtBootIsAConflict() {
        #expect(
            conflicts("\nnet.netfilter.nf_conntrack_max = 65536") == [
                "/etc/sysctl.d/60-web.conf line 2 sets nf_conntrack_max to 65536 when the host boots, less than the policy's "
                    + "131072: change it there"
            ])
        #expect(conflicts("net.netfilter.nf_conntrack_max = 131072") == [])
        #expect(conflicts("net.netfilter.nf_conntrack_buckets = 1024").count == 1)
        #expect(conflicts("net.netfilter.nf_conntrack_max = 1") { $0.max = .keep } == [])
    }

    @Test func whoseFileWasWrittenByUsIsToldToHaveItWrittenAnew() {
        var boot = BootSettings()
        boot.add("net.netfilter.nf_conntrack_max = 65536", from: PersistentSettings.sysctls)
        let table = ConntrackSnapshot(max: 131_072, buckets: 65536)
        #expect(
            table.conflicts(Policy.Conntrack(), boot).first?.hasSuffix(
                "write it anew with `evenkeel host apply --persist`")
                == true)
    }

    @Test func aLargerLimitThatDidNotComeAboutTellsOfAModuleLoadedLater() {
        let found = conflicts("net.netfilter.nf_conntrack_max = 500000")
        #expect(
            found.count == 1
                && found[0].contains("it is 131072: either it was lowered since, or nf_conntrack was loaded after"))
    }

    @Test func timeoutsAreConflictsOnlyWhereThePolicyNamesThem() {
        let boot = "net.netfilter.nf_conntrack_tcp_timeout_established = 86400"
        #expect(conflicts(boot) == [])
        #expect(conflicts(boot) { $0.tcpEstablishedTimeout = 54000 }.count == 1)
        #expect(conflicts(boot) { $0.tcpEstablishedTimeout = 86400 } == [])
    }

    @Test func kubeProxyIsNamedWhereTheLimitIsNotThePolicys() {
        #expect(conflicts("", kubeProxy: 42) == [])
        let found = conflicts("", max: 65536, kubeProxy: 42)
        #expect(found.count == 1 && found[0].contains("kube-proxy (process 42)"))
    }

    @Test func theFilesForBootSayWhatIsInForce() {
        let table = ConntrackSnapshot(max: 200_000, buckets: 4096)
        var policy = Policy()
        policy.conntrack.max = .entries(131_072)
        policy.conntrack.genericTimeout = 120
        let files = PersistentSettings.files(policy, table, isModule: true)
        #expect(
            files.map { $0.path } == [
                "/etc/sysctl.d/90-evenkeel.conf", "/etc/modprobe.d/evenkeel.conf", "/etc/modules-load.d/evenkeel.conf",
            ])
        let heading = PersistentSettings.heading
        #expect(
            files.map { $0.text } == [
                heading + "net.netfilter.nf_conntrack_buckets = 50176\nnet.netfilter.nf_conntrack_max = 200000\n"
                    + "net.netfilter.nf_conntrack_generic_timeout = 120\n",
                heading + "options nf_conntrack hashsize=50176\n", heading + "nf_conntrack\n",
            ], "a limit that is above the policy's is not lowered at boot either")
        #expect(PersistentSettings.files(policy, table, isModule: false).count == 1)
        policy.conntrack = Policy.Conntrack()
        policy.conntrack.max = .keep
        #expect(PersistentSettings.files(policy, table, isModule: true).isEmpty)
        policy.invalid.mode = .liberal
        #expect(
            PersistentSettings.files(policy, table, isModule: true).map { $0.text }
                == [heading + "net.netfilter.nf_conntrack_tcp_be_liberal = 1\n"])
    }

    @Test func aRecordIsALineASysctl() {
        let path = "/proc/sys/net/netfilter/nf_conntrack_max"
        let entry = SysctlRecord.Entry(sysctl: .conntrackMax, before: 100, applied: [200])
        #expect(SysctlRecord.entries(in: "\(path) 100 200\n") == [entry])
        for text in ["", "\n\n", "\(path) 100", "\(path) a 200", "/etc/passwd 1 2", "\(path) 1 2 a", "\(path) 1 2 3 4"]
        {
            #expect(SysctlRecord.entries(in: text) == [], "no line of ours: \(text)")
        }
    }

    @Test func whatSomebodyElseSetAndWhatWasOutgrownStays() {
        let entry = SysctlRecord.Entry(sysctl: .conntrackMax, before: 100, applied: [200])
        let holding = { (entries: Int) in ConntrackSnapshot(entries: entries, max: 200, buckets: 64) }
        #expect(entry.return(from: 100, holding(500)) == .needless)
        #expect(entry.return(from: 200, holding(100)) == .possible)
        #expect(entry.return(from: 200, nil) == .possible)
        guard case .impossible(let outgrown) = entry.return(from: 200, holding(101)),
            case .impossible(let others) = entry.return(from: 300, holding(0))
        else { return #expect(Bool(false)) }
        #expect(outgrown.contains("the table has 101 entries"))
        #expect(others == "nf_conntrack_max stays 300: it was set to 200, and somebody changed it since")
        #expect(entry.restoration.done == "restored nf_conntrack_max to 100, as it was (it is 200)")
    }
}
