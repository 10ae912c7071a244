import Laboratory
import Testing

/// Bad input: an error in the protocol's form, a non-zero exit, and nothing changed.
@Suite struct BadInputTests {
    private static let state =
        "ip -n c route; ip -n c -6 route; ip -n c rule; nft list tables; cat /proc/sys/net/ipv4/conf/all/rp_filter"

    /// How to make the input, and the code it earns.
    @Test(arguments: [
        (": ", 6), ("printf '{\"cniVersion\":'", 6), ("printf 'not json'", 6), ("printf '[]'", 6),
        ("head -c 67108864 /dev/zero | tr '\\0' ' '", 6), ("head -c 1048577 /dev/zero | tr '\\0' ' '", 6),
        ("head -c 100000 /dev/zero | tr '\\0' '['", 6), ("printf '{\"cniVersion\":\"9.0.0\"}'", 1),
        ("printf '{\"cniVersion\":\"1.0.0\",\"name\":\"n\"}'", 7),
        ("printf '{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"prevResult\":{},\"policy\":{\"defualtRoute\":{}}}'", 7),
        ("printf '{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"prevResult\":{},\"policy\":{\"rpFilter\":2}}'", 7),
    ])
    func thePluginAnswersWithItsCode(input: String, code: Int) throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let before = try lab.run(Self.state)
        let output = try lab.attempt(
            """
            export CNI_COMMAND=ADD CNI_CONTAINERID=x CNI_NETNS=/run/netns/c CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            set +o pipefail; \(input) | "$programs/evenkeel-cni"
            """)
        #expect(output.status == 1)
        #expect(try lab.run("jq .code", input: output.out) == "\(code)", "\(output.out)")
        #expect(try lab.run("jq -r .msg", input: output.out) != "")
        #expect(try lab.run(Self.state) == before)
    }

    @Test(arguments: [
        "/nonexistent", "/etc/passwd", "/etc", "/proc/self/ns/mnt", "/proc/1/ns/net", "/proc/self/ns/net", "/dev/zero",
        "/run/fifo",
    ])
    func aPathThatIsNoContainersNamespaceIsCode8(path: String) throws {
        let lab = try Lab()
        try lab.run("lab 2; mkfifo /run/fifo")
        let before = try lab.run(Self.state)
        for verb in ["ADD", "CHECK"] {
            let output = try lab.attempt(
                """
                CNI_COMMAND=\(verb) CNI_CONTAINERID=x CNI_NETNS=\(path) CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin \
                    "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0","name":"n","prevResult":{}}'
                """)
            #expect(output.status == 1)
            #expect(try lab.run("jq .code", input: output.out) == "8", "\(output.out)")
            #expect(output.out.contains(path))
        }
        #expect(try lab.run(Self.state) == before)
    }

    @Test func aDELForgives() throws {
        let lab = try Lab()
        for path in ["", "/nonexistent", "/etc/passwd", "/proc/1/ns/net"] {
            try lab.run(
                """
                CNI_COMMAND=DEL CNI_CONTAINERID=x CNI_NETNS=\(path) CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin \
                    "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0","name":"n"}'
                """)
        }
        #expect(try lab.run("nft list tables") == "")
        try lab.run("lab 2; cni DEL c eth7; cni DEL c eth0; cni DEL c eth0; cni DEL c eth1; cni DEL c eth1")
    }

    @Test(arguments: [
        "", "{", "not json", "[]", #"{"ociVersion":"1.0.2","status":"creating","pid":4}"#,
        #"{"ociVersion":"1.0.2","id":"x","status":"creating","pid":"4"}"#,
        #"{"ociVersion":"1.0.2","id":"x","status":"creating","pid":0}"#,
        #"{"ociVersion":"1.0.2","id":"x","status":"creating","pid":1}"#,
        #"{"ociVersion":"1.0.2","id":"x","status":"creating","pid":4194305}"#,
    ])
    func theHookSaysWhatIsWrongInOneLine(state: String) throws {
        let lab = try Lab()
        let output = try lab.attempt("exec \"$programs/evenkeel-hook\"", input: state)
        #expect(output.status == 1 && output.out.isEmpty)
        #expect(output.err.hasPrefix("evenkeel: ") && output.err.split(separator: "\n").count == 1, "\(output.err)")
        #expect(try lab.run("nft list tables") == "")
    }

    /// It is the container's own fault, so it is refused only if it says so itself, or the host does.
    @Test(arguments: [
        #""evenkeel.policy": "{\"x\":1}""#, #""evenkeel.skip": "yes""#, #""dev.evenkeel.default-route": """#,
        #""evenkeel.dev/mode": "x""#, #""evenkeel.rp-filter": 7"#, #""dev.evenkeel.on-error": "never""#,
    ])
    func aWrongAnnotationIsIgnoredUnlessErrorsRefuse(annotation: String) throws {
        let lab = try Lab()
        try lab.run("lab 2")
        let warned = try lab.attempt("hook c '' '{\(annotation)}'")
        #expect(warned.status == 0 && warned.err.contains("; it is ignored"), "\(warned.err)")
        #expect(try lab.run("defaults 4 c | wc -l") == "1")
        if !annotation.contains("on-error") {
            #expect(try lab.attempt("hook c '' '{\(annotation), \"evenkeel.dev/on-error\": \"fail\"}'").status == 1)
        }
        let refused = try lab.attempt(
            "private_etc; echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json; hook c '' '{\(annotation)}'")
        #expect(refused.status == 1 && refused.err.contains("allowed: "), "\(refused.err)")
    }

    @Test func aContainerDoesNotTalkTheHostOutOfRefusing() throws {
        let lab = try Lab()
        let said = try lab.attempt(
            """
            lab 2; private_etc; echo '{"onError": "fail", "rpFilter": 7}' >/etc/evenkeel/policy.json
            hook c '' '{"evenkeel.on-error": "warn"}'
            """)
        #expect(said.status == 1 && said.err.contains("rpFilter is a number"))
    }

    @Test func anUnknownAnnotationIsNoErrorEvenIfErrorsRefuse() throws {
        let lab = try Lab()
        try lab.run("lab 2; private_etc; echo '{\"onError\": \"fail\"}' >/etc/evenkeel/policy.json")
        let said = try lab.attempt("hook c '' '{\"evenkeel.dev/skp\": \"true\"}'")
        #expect(said.status == 0 && said.err.contains("its name is unknown (did you mean evenkeel.dev/skip?)"))
    }

    @Test func theHookLeavesAContainerInTheHostsNamespaceAlone() throws {
        let lab = try Lab()
        try lab.run("lab 1")
        let before = try lab.run("ip route; ip rule; nft list tables; cat /proc/sys/net/ipv4/conf/*/rp_filter")
        try lab.run(
            """
            sleep 60 </dev/null >/dev/null 2>&1 & pid=$!
            "$programs/evenkeel-hook" <<<"{\\"id\\":\\"x\\",\\"status\\":\\"creating\\",\\"pid\\":$pid}"; kill $pid
            """)
        #expect(try lab.run("ip route; ip rule; nft list tables; cat /proc/sys/net/ipv4/conf/*/rp_filter") == before)
    }

    @Test func onErrorDecidesWhetherTheContainerStarts() throws {
        let lab = try Lab()
        try lab.run("lab 2; mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys")
        let warned = try lab.attempt("hook c")
        #expect(warned.status == 0 && warned.err.contains("starts all the same"))
        let failed = try lab.attempt("hook c '{\"onError\":\"fail\"}'")
        #expect(failed.status == 1 && failed.err.contains("EROFS"))
    }

    @Test func aHugeInputIsRefusedBeforeItIsRead() throws {
        let lab = try Lab()
        let output = try lab.attempt(
            "set +o pipefail; head -c 67108864 /dev/zero | (CNI_COMMAND=VERSION \"$programs/evenkeel-cni\" || :; wc -c >&2)"
        )
        #expect(output.out.contains("1048576 bytes allowed"))
        // What the plugin left unread.
        let left = output.err.split(separator: "\n").last.flatMap { Int($0) } ?? 0
        #expect(left > 60_000_000)
    }
}
