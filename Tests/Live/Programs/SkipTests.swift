import Laboratory
import Testing

/// Containers that want to be left alone: where the host lets them, that is in the system's log; where it does not, they are made
/// safe, and that is there as well.
@Suite struct SkipTests {
    private let sandbox: EngineSandbox
    private static let path = "/etc/evenkeel/policy.json"

    init() throws {
        sandbox = try EngineSandbox(copies: [
            "/usr/local/bin/evenkeel-hook": Shell.programs + "/evenkeel-hook",
            "/usr/local/bin/evenkeel-cni": Shell.programs + "/evenkeel-cni",
        ])
        try sandbox.run("rm -rf /etc/evenkeel; mkdir /etc/evenkeel")
    }

    /// A container with a strict filter, and a system's log. Programs are run by the function; a line `filter N` is added.
    private static let surroundings = """
        # The machine's /dev is not to be changed.
        mount -t tmpfs tmpfs /dev
        mknod /dev/null c 1 3
        socat -u UNIX-RECV:/dev/log OPEN:/run/log,creat,append &
        until [[ -S /dev/log ]]; do :; done
        unshare --net sleep 1000 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(cat /proc/$pid/comm) == sleep ]]; do :; done
        inside() { nsenter -t $pid -n "$@"; }
        inside ip link add name eth0 type veth peer name eth1
        inside sysctl -qw net.ipv4.conf.eth0.rp_filter=1
        inside ip addr add 10.1.1.2/24 dev eth0
        inside ip link set eth0 up
        inside ip link set eth1 up
        inside ip route add default via 10.1.1.1

        """

    /// Ends the log when the last line is in it, and prints it without pids, and the filter.
    private static let outcome = """

        logger --socket /dev/log --tag test -- end
        until grep -q end /run/log; do :; done
        kill %1
        sed 's/\\[[0-9]*\\]//g; s/<[0-9]*>/\\n/g' /run/log | grep evenkeel
        echo "filter $(inside cat /proc/sys/net/ipv4/conf/eth0/rp_filter)"
        kill $pid

        """

    private func hook(_ annotations: String, policy: String) throws -> String {
        try sandbox.run("cat >\(Self.path)", input: policy)
        return try sandbox.run(
            Self.surroundings + """
                evenkeel-hook <<<'{"id": "c", "status": "created", "pid": '$pid', "annotations": \(annotations)}' 2>/run/err
                """ + Self.outcome
        ).text
    }

    private func plugin(_ arguments: String, _ members: String, policy: String) throws -> String {
        try sandbox.run("cat >\(Self.path)", input: policy)
        return try sandbox.run(
            Self.surroundings + """
                CNI_COMMAND=ADD CNI_CONTAINERID=c CNI_NETNS=/proc/$pid/ns/net CNI_IFNAME=eth0 CNI_ARGS='\(arguments)' \
                    evenkeel-cni <<<'{"cniVersion":"1.0.0","name":"n","prevResult":{},\(members)"x":0}' >/run/out 2>/run/err
                """ + Self.outcome
        ).text
    }

    @Test func theHookLeavesOneAloneAndSaysSo() throws {
        let log = try hook(#"{"evenkeel.skip": "true"}"#, policy: "{}")
        #expect(log.contains("evenkeel-hook: container c: left alone, as annotation evenkeel.skip says (evenkeel "))
        #expect(log.hasSuffix("filter 1"))
        #expect(
            try sandbox.run("cat /run/err").text.contains("container c: left alone, as annotation evenkeel.skip says"))
    }

    @Test(arguments: [
        (
            #"{"allow": ["evenkeel.policy"]}"#,
            "annotation evenkeel.skip is ignored: annotations.allow in \(path) does not"
        ),
        (
            #"{"locked": ["invalid.mode"]}"#,
            "skip of annotation evenkeel.skip is ignored: annotations.locked in \(path) lists invalid.mode"
        ),
    ])
    func theHookMakesSafeWhatMayNotBeSkipped(limits: String, line: String) throws {
        let log = try hook(#"{"evenkeel.skip": "true"}"#, policy: #"{"annotations": \#(limits)}"#)
        #expect(log.contains("evenkeel-hook: container c: \(line)"))
        #expect(log.hasSuffix("filter 2"))
    }

    @Test func whatIsNotAllowedKeepsNoContainerFromStarting() throws {
        let log = try hook(
            #"{"evenkeel.skip": "perhaps", "evenkeel.nonsense": "", "evenkeel.policy": "{\"rpFilter\": \"keep\"}"}"#,
            policy: #"{"annotations": {"allow": ["evenkeel.policy"], "locked": ["rpFilter"]}}"#)
        #expect(log.contains("annotation evenkeel.nonsense is ignored"))
        #expect(log.contains("rpFilter of annotation evenkeel.policy is ignored: annotations.locked"))
        #expect(log.hasSuffix("filter 2"))
    }

    static let wishes = [
        ("EVENKEEL_SKIP=true", "", "CNI_ARGS"),
        ("", #""args":{"cni":{"evenkeel":{"skip":true}}},"#, "args.cni.evenkeel"),
        ("", #""runtimeConfig":{"evenkeel":{"skip":true}},"#, "runtimeConfig.evenkeel"),
        (
            "", #""runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"evenkeel.skip":"true"}},"#,
            "annotation evenkeel.skip"
        ),
    ]

    @Test(arguments: wishes) func thePluginObeysAndSaysWhat(arguments: String, members: String, place: String) throws {
        let log = try plugin(arguments, members, policy: "{}")
        #expect(
            log.split(separator: "\n") == ["evenkeel-cni: container c, eth0: left alone, as \(place) says", "filter 1"])
        #expect(try sandbox.run("cat /run/err").text == "evenkeel: left alone, as \(place) says")
    }

    @Test(arguments: wishes) func orRefuses(arguments: String, members: String, place: String) throws {
        let log = try plugin(arguments, members, policy: #"{"annotations": {"locked": ["skip"]}}"#)
        let line = "skip of \(place) is ignored: annotations.locked in \(Self.path) lists skip"
        #expect(log.split(separator: "\n") == ["evenkeel-cni: container c, eth0: \(line)", "filter 2"])
    }

    @Test func whatThePluginIsToldOfOneContainerGoesByTheSameLocks() throws {
        let log = try plugin(
            "EVENKEEL_PREFER=true",
            #""runtimeConfig":{"evenkeel":{"rpFilter":"keep","defaultRoute":{"prefer":["eth1"],"mode":"one"}}},"#,
            policy: #"{"annotations": {"locked": ["rpFilter", "defaultRoute.prefer"]}}"#)
        let lines = [
            "defaultRoute.prefer of CNI_ARGS is ignored", "rpFilter of runtimeConfig.evenkeel is ignored",
            "defaultRoute.prefer of runtimeConfig.evenkeel is ignored",
        ]
        for line in lines { #expect(log.contains("container c, eth0: \(line): annotations.locked in \(Self.path)")) }
        #expect(log.hasSuffix("filter 2"))
        #expect(try sandbox.run("cat /run/out").text == #"{"cniVersion":"1.0.0"}"#)
    }

    @Test func aNetworksListDoesNotLimitContainers() throws {
        let output = try sandbox.attempt(
            """
            CNI_COMMAND=ADD CNI_CONTAINERID=c CNI_NETNS=/run/x CNI_IFNAME=eth0 evenkeel-cni <<<'{"cniVersion":"1.0.0",
                "name":"n","prevResult":{},"policy":{"annotations":{"allow":[]}}}'
            """)
        #expect(output.status == 1 && output.out.contains("annotations cannot be set for one network"))
    }
}
