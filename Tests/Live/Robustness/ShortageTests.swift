import Laboratory
import Testing

/// Where no more files may be opened, or there is no more memory: `onError` decides, and what is amiss is said.
@Suite struct ShortageTests {
    /// A container to be made safe, its state for the hook, the same for a runtime, and the policy.
    private static let container = """
        lab 1
        private_etc
        nsenter --net=/run/netns/c sleep 600 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
        mkdir -p /run/runc/x /run/bundle
        # A static program that ends with 0: the dynamic loader would itself want for files.
        export EVENKEEL_RUNTIME="$programs/evenkeel-cni"
        echo '{}' >/run/bundle/config.json
        echo '{"init_process_pid":'$pid',"config":{"labels":["bundle=/run/bundle"]}}' >/run/runc/x/state.json
        echo '{"ociVersion":"1.0.2","id":"x","status":"creating","pid":'$pid'}' >/run/state

        """
    private static let starts = [
        #""$programs/evenkeel-hook" </run/state"#, #""$programs/evenkeel-runtime" start x"#,
    ]

    @Test(arguments: starts) func withoutDescriptorsOnErrorDecides(start: String) throws {
        let lab = try Lab()
        let output = try lab.run(
            Self.container + """
                # The limit counts what was inherited as well.
                for number in {3..99}; do eval "exec $number>&-"; done
                for policy in warn fail; do
                    echo '{"onError": "'$policy'"}' >/etc/evenkeel/policy.json
                    for limit in {3..11}; do
                        inside c sysctl -qw net.ipv4.conf.eth0.rp_filter=1
                        status=0
                        prlimit --nofile=$limit \(start) >/run/out 2>/run/err || status=$?
                        if [[ $(inside c sysctl -n net.ipv4.conf.eth0.rp_filter) == 2 && $status == 0 ]]; then
                            echo $policy $limit safe
                        else
                            [[ $(</run/err) == "evenkeel: container x: cannot "*"(EMFILE)"* ]] || cat /run/err
                            echo $policy $limit $status
                        fi
                    done
                done
                """)
        let lines = output.split(separator: "\n")
        #expect(
            lines.count == 18 && lines.allSatisfy { $0.hasSuffix(" safe") || $0.hasSuffix(" 0") || $0.hasSuffix(" 1") },
            "\(output)")
        for limit in 3...5 {
            #expect(lines.contains("warn \(limit) 0") && lines.contains("fail \(limit) 1"), "\(output)")
        }
        for policy in ["warn", "fail"] { #expect(lines.contains("\(policy) 11 safe"), "\(output)") }
        #expect(!lines.contains { $0.hasPrefix("fail") && $0.hasSuffix(" 0") }, "\(output)")
    }

    /// Annotations of half a megabyte, and less room than they take.
    @Test(arguments: [("warn", 0), ("fail", 1)]) func withoutMemoryOnErrorDecides(policy: String, status: Int) throws {
        let lab = try Lab()
        let output = try lab.run(
            Self.container + """
                echo '{"onError": "\(policy)"}' >/etc/evenkeel/policy.json
                jq -c '.annotations = ([range(5000) | {key: "key\\(.)", value: "value"}] | from_entries)' /run/state >/run/large
                for room in 1200 1600 2400; do
                    status=0
                    (ulimit -v $room; exec "$programs/evenkeel-hook" </run/large) 2>&1 || status=$?
                    echo $status
                done
                """)
        let line = "evenkeel: there is not enough memory to make the container's network safe\n\(status)"
        #expect(output == [line, line, line].joined(separator: "\n"))
    }

    @Test func thePluginAnswersInTheProtocolsForm() throws {
        let lab = try Lab()
        let output = try lab.run(
            Self.container + """
                request='{"cniVersion":"1.0.0","name":"n","type":"evenkeel","prevResult":{"cniVersion":"1.0.0","interfaces":['
                for i in {1..20000}; do request+='{"name":"x"},'; done
                echo "$request"'{"name":"y"}]}}' >/run/large
                echo '{"cniVersion":"1.0.0","name":"n","type":"evenkeel","prevResult":{}}' >/run/request
                for limit in 3 4 5 6 7; do
                    call ADD test /run/netns/c eth0 prlimit --nofile=$limit </run/request 2>/dev/null || :
                done
                for room in 1200 1600 2400; do
                    (ulimit -v $room; call ADD test /run/netns/c eth0 </run/large 2>/dev/null) || :
                done
                """)
        let answers = output.split(separator: "\n").map(String.init)
        #expect(answers.count == 8)
        for answer in answers.prefix(5) {
            #expect(answer.contains("\"code\":100") && answer.contains("EMFILE"), "\(answer)")
        }
        for answer in answers.dropFirst(5) { #expect(answer.contains("\"code\":11,"), "\(answer)") }
        #expect(try lab.run("jq -r .msg | wc -l", input: output) == "8")
    }
}
