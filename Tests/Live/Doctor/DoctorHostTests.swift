import Laboratory
import Testing

/// What `evenkeel doctor` finds on the host itself: the trouble is made, just that is found, it is mended, and nothing is found.
@Suite struct DoctorHostTests {
    /// A container of an engine on a host that is as it should be, but that its table's size is the machine's.
    private func healthy(_ script: String = "") throws -> Lab {
        let lab = try Lab("Doctor/doctor.sh")
        try lab.run(
            """
            rp_filter=2; lab 1; touch /run/netns/netns-c; mount --bind /run/netns/c /run/netns/netns-c
            printf '{"conntrack":{"max":"keep"}}' >/run/policy
            \(Self.evenkeel) host apply --policy /run/policy; \(script)
            """)
        return lab
    }

    private static let evenkeel = "\"$programs/evenkeel\""
    private static let ids = "\(evenkeel) doctor --policy /run/policy --json | jq -r '.findings[].id' | xargs || :"
    private static let deleteTables = "nft 'delete table ip evenkeel; delete table ip6 evenkeel'"
    private static let mend = "\(evenkeel) host apply --policy /run/policy >/dev/null"

    @Test(arguments: [
        ("nft delete table ip evenkeel", "invalid-not-dropped-input"),
        ("nft flush chain ip evenkeel input", "invalid-not-dropped-input"),
        ("nft flush chain ip evenkeel forward; nft flush chain ip6 evenkeel forward", "invalid-leaks-forward"),
        ("nft delete element ip evenkeel containers '{ br1 }'", "container-not-guarded"),
    ]) func aDropThatIsGoneIsFoundAndBroughtBack(trouble: String, id: String) throws {
        let lab = try healthy()
        #expect(try lab.run(Self.ids) == "")
        try lab.run(trouble)
        #expect(try lab.run(Self.ids) == id)
        try lab.run(Self.mend)
        #expect(try lab.run(Self.ids) == "")
    }

    /// Whoever made it liberal, connections are saved; that a drop came on top is worth knowing.
    @Test func aDropAndALiberalKernelAreOneTooMany() throws {
        let lab = try healthy("\(Self.deleteTables); sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1")
        #expect(try lab.run(Self.ids) == "")
        try lab.run(Self.mend)
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        #expect(try lab.attempt("\(Self.evenkeel) doctor --policy /run/policy").status == 0)
        try lab.run("sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=0")
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func aDropThatCannotBeWholeIsFound() throws {
        let lab = try healthy("\(Self.deleteTables); sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0")
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        try lab.run(Self.mend)
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        try lab.run("sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1; \(Self.mend)")
        #expect(try lab.run(Self.ids) == "")
        // With the whole of it from before.
        try lab.run("sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0")
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        try lab.run("sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1; \(Self.mend)")
        #expect(try lab.run(Self.ids) == "")
    }

    /// A container that is routed and not translated: no segment of its can be the host's to answer.
    @Test func whereNothingIsTranslatedNothingIsMissing() throws {
        let lab = try healthy("nft flush ruleset")
        #expect(try lab.run(Self.ids) == "")
        try lab.run("nft 'table ip n { chain c { type nat hook postrouting priority srcnat; masquerade; }; }'")
        #expect(try lab.run(Self.ids) == "invalid-not-dropped-input")
        try lab.run(Self.mend)
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func theCommandThatMendsGoesByTheSamePolicy() throws {
        let lab = try healthy("nft delete table ip evenkeel")
        #expect(
            try lab.run("\(Self.evenkeel) doctor --policy /run/policy --json | jq -r '.findings[0].remedy' || :")
                == "sudo evenkeel host apply --policy /run/policy")
    }

    @Test func aRuleThatKeepsALittleFromTrackingIsNone() throws {
        let lab = try healthy(
            "nft 'table ip others { chain c { type filter hook prerouting priority raw; ip daddr 169.254.20.10 tcp dport 53 notrack; }; }'"
        )
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func aDataPlaneBesideNetfilterIsFound() throws {
        let lab = try healthy("ip link add cilium_host type veth peer name cilium_net")
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        try lab.run("ip link del cilium_host")
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func whatIsNotTrackedIsFound() throws {
        let lab = try healthy(
            "nft 'table ip others { chain c { type filter hook prerouting priority raw; meta l4proto tcp notrack; }; }'"
        )
        #expect(try lab.run(Self.ids) == "invalid-policy-conflict")
        try lab.run("nft delete table ip others")
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func somebodyElsesSettingsAreFound() throws {
        let lab = try healthy(
            """
            mkdir /run/sysctl; mount --bind /run/sysctl /etc/sysctl.d
            printf '{"conntrack":{"max":100000}}' >/run/policy
            echo 'net.netfilter.nf_conntrack_max = 50000' >/etc/sysctl.d/50-mine.conf
            """)
        #expect(try lab.run(Self.ids) == "conntrack-limit-conflict")
        #expect(try lab.attempt("\(Self.evenkeel) doctor --policy /run/policy").out.contains("50-mine.conf line 1"))
        try lab.run("sed -i s/50000/100000/ /etc/sysctl.d/50-mine.conf")
        #expect(try lab.run(Self.ids) == "")
    }

    @Test func aHookThatDoesNotComeToRunIsFound() throws {
        let lab = try healthy(
            """
            mkdir -p /run/etc/oci/hooks.d /run/share; mount --bind /run/etc /etc/containers; mount --bind /run/share /usr/share/containers
            cat >/run/hook.json <<'END'
            {"version": "1.0.0", "hook": {"path": "/run/evenkeel-hook"}, "when": {"always": true}, "stages": ["createRuntime"]}
            END
            """)
        #expect(try lab.run(Self.ids) == "", "it is not installed")
        try lab.run("cp \"$programs/evenkeel-hook\" /run; cp /run/hook.json /etc/containers/oci/hooks.d/evenkeel.json")
        #expect(try lab.run(Self.ids) == "hook-not-active", "podman does not look there")
        try lab.run(
            "printf '[engine]\\nhooks_dir = [\\n  \"/etc/containers/oci/hooks.d\", # ours\\n]\\n' >/etc/containers/containers.conf"
        )
        #expect(try lab.run(Self.ids) == "")
        try lab.run("chmod 644 /run/evenkeel-hook")
        #expect(try lab.run(Self.ids) == "hook-not-active", "it may not be executed")
        try lab.run("chmod 755 /run/evenkeel-hook; echo '{' >/etc/containers/oci/hooks.d/evenkeel.json")
        #expect(try lab.run(Self.ids) == "hook-not-active", "it does not parse")
        try lab.run("sed s/true/false/ /run/hook.json >/etc/containers/oci/hooks.d/evenkeel.json")
        #expect(try lab.run(Self.ids) == "hook-not-active", "it is not for every container")
        for edit in ["s/.version.: .1.0.0., //", "s/createRuntime/createruntime/"] {
            try lab.run("sed '\(edit)' /run/hook.json >/etc/containers/oci/hooks.d/evenkeel.json")
            let severity = ".findings[] | .id + \" \" + .severity"
            let said = try lab.run("\(Self.evenkeel) doctor --policy /run/policy --json | jq -r '\(severity)' || :")
            #expect(said == "hook-not-active error", "podman starts nothing")
        }
        try lab.run("sed s/createRuntime/poststop/ /run/hook.json >/etc/containers/oci/hooks.d/evenkeel.json")
        #expect(try lab.run(Self.ids) == "hook-not-active", "it runs when a container has ended")
        try lab.run("cp /run/hook.json /etc/containers/oci/hooks.d/evenkeel.json")
        #expect(try lab.run(Self.ids) == "")
        for said in ["[engine]\nhooks_dir = ['/none', {append=true}]", "engine.hooks_dir = ['/none']"] {
            try lab.run(
                "cat >/etc/containers/containers.conf; cp /run/hook.json /usr/share/containers/evenkeel.json",
                input: said)
            let expected = said.contains("append") ? "" : "hook-not-active"
            try lab.run(
                "mkdir -p /usr/share/containers/oci/hooks.d; mv /usr/share/containers/evenkeel.json /usr/share/containers/oci/hooks.d"
            )
            #expect(try lab.run(Self.ids) == expected, "\(said)")
        }
    }

    /// CRI-O's directories are its own.
    @Test func aHookThatCRIODoesNotReadIsFound() throws {
        let lab = try healthy(
            """
            mkdir /run/upper /run/work; mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
            rm -rf /etc/cni
            mount -t tmpfs tmpfs /usr/local/bin; mount -t tmpfs tmpfs /usr/share/containers; cp /bin/true /usr/local/bin/crio
            mkdir -p /etc/crio/crio.conf.d /usr/share/containers/oci/hooks.d; cp "$programs/evenkeel-hook" /run
            cat >/usr/share/containers/oci/hooks.d/evenkeel.json <<'END'
            {"version": "1.0.0", "hook": {"path": "/run/evenkeel-hook"}, "when": {"always": true}, "stages": ["createRuntime"]}
            END
            """)
        #expect(try lab.run(Self.ids) == "")
        try lab.run("printf '[crio.runtime]\\nhooks_dir = [\"/run/hooks\"]\\n' >/etc/crio/crio.conf.d/10-hooks.conf")
        #expect(try lab.run(Self.ids) == "hook-not-active")
        try lab.run("mkdir /run/hooks; cp /usr/share/containers/oci/hooks.d/evenkeel.json /run/hooks")
        #expect(try lab.run(Self.ids) == "")
    }

    /// What an engine wrote down, and what is left of it when somebody has loaded a firewall anew.
    @Test func anEnginesTranslationThatIsGoneIsFound() throws {
        let lab = try healthy("mkdir -p /run/etc/networks; mount --bind /run/etc /etc/containers")
        let file = #"{"name": "n1", "driver": "bridge", "network_interface": "br1", "internal": false}"#
        try lab.run("cat >/etc/containers/networks/n1.json", input: file)
        #expect(try lab.run(Self.ids) == "")
        let table = try lab.run("nft list table inet nat")
        try lab.run("nft flush table inet nat")
        #expect(try lab.run("ping_once c $far4 || echo lost") == "lost")
        #expect(try lab.run(Self.ids).split(separator: " ").contains("engine-nat-gone"))
        let remedy = ".findings[] | select(.id == \"engine-nat-gone\").remedy"
        #expect(
            try lab.run("\(Self.evenkeel) doctor --policy /run/policy --json | jq -r '\(remedy)' || :")
                == "sudo podman network reload --all")
        try lab.run("nft delete table inet nat; nft -f -", input: table)
        #expect(try lab.run("ping_once c $far4 && echo answered; \(Self.ids)") == "answered")
        // Another network's rules do not help, and a network that is meant to be routed misses nothing.
        try lab.run(
            "nft flush table inet nat; nft add rule inet nat post ip saddr 172.17.0.0/16 oifname != docker0 masquerade")
        #expect(try lab.run(Self.ids).contains("engine-nat-gone"))
        try lab.run("sed -i 's/false/true/' /etc/containers/networks/n1.json")
        #expect(try !lab.run(Self.ids).contains("engine-nat-gone"))
    }

    @Test func aTimeoutThatIdleConnectionsDoNotSurviveIsToldWhereItIsSet() throws {
        let lab = try healthy("printf '{\"conntrack\":{\"max\":\"keep\",\"tcpEstablishedTimeout\":600}}' >/run/short")
        let note = try lab.run("\(Self.evenkeel) host apply --policy /run/short --dry-run")
        #expect(note.contains("note: a timeout of 600 s for established TCP is shorter than the 2 h 4 min"), "\(note)")
        #expect(try lab.run("\(Self.evenkeel) host apply --policy /run/short").contains("keepalive"))
        #expect(try lab.run("\(Self.evenkeel) host status --policy /run/short").contains("note: a timeout of 600 s"))
        #expect(try lab.run(Self.ids) == "conntrack-timeout-short")
        #expect(try lab.attempt("\(Self.evenkeel) doctor --policy /run/policy").status == 0)
        try lab.run("sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=7440")
        #expect(try lab.run(Self.ids) == "")
    }

    /// The limit is the machine's, and the table the container's own.
    @Test(.guestKernel) func aContainersOwnTableWithoutRoomIsFound() throws {
        let script = """
            . "$libraries/Conntrack/guest.sh"
            machine; sysctl -qw net.netfilter.nf_conntrack_max=100 net.netfilter.nf_conntrack_buckets=65536
            touch /run/netns/netns-c; mount --bind /run/netns/c /run/netns/netns-c
            told='.findings[] | .id + " " + .severity + " " + (.place.namespace // "host")'
            ids() { evenkeel doctor --policy /run/etc/policy.json --json 2>/dev/null | jq -r "$told" | xargs; }
            policy '{"invalid":{"mode":"keep"},"conntrack":{"max":100}}'
            ip netns exec c iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE
            fill_inside() { ip netns exec c bash -c '. "$libraries/Conntrack/guest.sh"; fill '"$1"; }; export programs libraries laboratory
            echo "empty: $(ids)"
            fill_inside 95; echo "nearly full: $(ids)"
            fill_inside 200; echo "full: $(ids)"
            ip netns exec c conntrack -F 2>/dev/null; echo "emptied: $(ids)"
            ip netns add other; ip netns exec other iptables-legacy -t nat -A POSTROUTING -j MASQUERADE
            ip netns exec other bash -c '. "$libraries/Conntrack/guest.sh"; fill 200'; echo "no container's: $(ids)"
            """
        let output = try GuestKernel.run(script, environment: Lab.environment)
        #expect(
            output.text.split(separator: "\n").map(String.init) == [
                "empty: ", "nearly full: conntrack-near-full warning /run/netns/netns-c",
                "full: conntrack-full error /run/netns/netns-c", "emptied: ",
                "no container's: conntrack-full error /run/netns/other",
            ])
    }

    /// Where the table's limit may be changed: in a kernel of its own.
    @Test(.guestKernel) func aTableWithoutRoomIsFoundInItsDegrees() throws {
        let script = """
            . "$libraries/Conntrack/guest.sh"
            machine; sysctl -qw net.netfilter.nf_conntrack_max=100 net.netfilter.nf_conntrack_buckets=65536
            ids() { evenkeel doctor --policy /run/etc/policy.json --json 2>/dev/null | jq -r '.findings[].id' | xargs; }
            # As small as the policy wants it, so that it counts as healthy.
            policy '{"invalid":{"mode":"keep"},"conntrack":{"max":100}}'
            echo "empty: $(ids)"
            fill 95; echo "nearly full: $(ids)"
            fill 200; echo "full: $(ids)"
            conntrack -F 2>/dev/null; echo "emptied: $(ids)"
            fill 200; lost ping_once c $far4 >/run/lost; conntrack -F 2>/dev/null
            policy '{"invalid":{"mode":"keep"},"conntrack":{"max":5000}}'
            echo "too small: $(ids)"
            evenkeel host apply --policy /run/etc/policy.json >/dev/null; echo "mended: $(ids)"
            """
        let output = try GuestKernel.run(script, environment: Lab.environment)
        #expect(
            output.text.split(separator: "\n").map(String.init) == [
                "empty: ", "nearly full: conntrack-near-full", "full: conntrack-full", "emptied: ",
                "too small: conntrack-drops", "mended:",
            ])
    }
}
