import Foundation
import Laboratory
import Testing

/// Every command's `--json` has the same outer shape, and is as its schema in install/schemas says.
///
/// A new command with `--json` needs a schema, named after the command with hyphens, and its runs here.
@Suite struct SchemaTests {
    /// How a run ends, and what it says; `evenkeel` begins the command behind whatever prepares it.
    private struct Run {
        let status: Int
        let verdict: String
        let command: String

        init(_ command: String, _ status: Int, _ verdict: String) {
            (self.command, self.status, self.verdict) = (command, status, verdict)
        }
    }

    private static let powerless = "setpriv --bounding-set=-net_admin --inh-caps=-net_admin "

    /// It ends with the process, some time after its first line: if the process has gone by then, there is no other.
    private static let watchOfAProcess =
        "ip netns exec e sleep 600 & until [[ $(</proc/$!/comm) == sleep ]]; do sleep 0.02; done; "
        + "evenkeel doctor --pid $! --watch 1 --json | { read -r line; echo \"$line\"; sleep 1; kill $!; cat; }"

    /// In this order, and in the scene of scene.sh: broken containers, which `apply` mends. A watcher runs in the second half.
    private static let runs: [(name: String, runs: [Run])] = [
        (
            "doctor",
            [
                Run("evenkeel doctor --json", 1, "findings"),
                Run("evenkeel doctor --container nobody --json", 2, "unknown"),
                Run("evenkeel doctor --netns /run/none --json", 2, "unknown"),
                Run("evenkeel doctor --policy /run/none --json", 2, "unknown"),
                Run(watchOfAProcess, 0, "unknown"),
            ]
        ),
        (
            "status",
            [
                Run("evenkeel status --json", 0, "differs"),
                Run("evenkeel status --policy /run/none --json", 1, "unknown"),
            ]
        ),
        (
            "host-status",
            [
                Run("evenkeel host status --json", 1, "differs"),
                Run("evenkeel host status --policy /run/none --json", 2, "unknown"),
                Run("\(powerless)evenkeel host status --policy /run/keep.json --json", 2, "unknown"),
            ]
        ),
        (
            "host-apply",
            [
                Run("evenkeel host apply --policy /run/keep.json --dry-run --json", 0, "proposed"),
                Run("evenkeel host apply --policy /run/keep.json --json", 0, "changed"),
                Run("evenkeel host apply --policy /run/keep.json --json", 0, "unchanged"),
                Run("evenkeel host apply --policy /run/none --json", 1, "refused"),
                Run("evenkeel host apply --policy /run/faulty.json --json", 1, "refused"),
            ]
        ),
        (
            "apply",
            [
                Run("evenkeel apply --all --dry-run --json", 0, "proposed"),
                Run("evenkeel apply --netns /run/none --json", 1, "refused"),
                Run("\(powerless)evenkeel apply --netns /run/netns/c --json", 1, "refused"),
                Run("evenkeel apply --all --json", 0, "changed"), Run("evenkeel apply --all --json", 0, "unchanged"),
            ]
        ),
        (
            "doctor",
            [
                Run("evenkeel doctor --netns /run/netns/e --policy /run/keep.json --json", 0, "healthy")
            ]
        ),
        ("status", [Run("evenkeel status --json", 0, "as-policy")]),
        ("host-status", [Run("evenkeel host status --policy /run/keep.json --json", 0, "as-policy")]),
        (
            "host-top",
            [
                Run("evenkeel host top --json", 0, "roomy"), Run("evenkeel host top --by container --json", 0, "roomy"),
                Run("\(powerless)evenkeel host top --json", 1, "unknown"),
            ]
        ),
        (
            "cni-directories",
            [
                Run("evenkeel cni directories --root /run/empty --json", 0, "found"),
                Run("evenkeel cni directories --json", 0, "missing"),
                Run("evenkeel cni directories --root /run/broken --json", 1, "unknown"),
            ]
        ),
        (
            "cni-add",
            [
                Run("evenkeel cni add --force --dir /run/cni --dry-run --json", 0, "proposed"),
                Run("evenkeel cni add --force --dir /run/cni --json", 0, "changed"),
                Run("evenkeel cni add --force --dir /run/cni --json", 0, "unchanged"),
                Run("evenkeel cni add --dir /run/none --json", 1, "refused"),
                Run("evenkeel cni add --dir /etc/cni/net.d --json", 1, "refused"),
            ]
        ),
        (
            "cni-remove",
            [
                Run("evenkeel cni remove --dir /run/cni --json", 0, "changed"),
                Run("evenkeel cni remove --dir /run/cni --json", 0, "unchanged"),
                Run("evenkeel cni remove /run/none --json", 1, "refused"),
            ]
        ),
        (
            "policy-check",
            [
                Run("evenkeel policy check --json", 0, "good"),
                Run("evenkeel policy check /run/faulty.json /run/none --json", 1, "faults"),
            ]
        ),
        (
            "policy-show",
            [
                Run("evenkeel policy show --json", 0, "good"),
                Run("evenkeel policy show --container database --json", 0, "good"),
                Run("evenkeel policy show --container nobody --json", 1, "unknown"),
            ]
        ),
        (
            "watch-status",
            [
                Run("evenkeel watch status --json", 0, "well"),
                Run("evenkeel watch status --socket /run/none --json", 1, "unknown"),
            ]
        ),
        (
            "watch-events",
            [
                Run("evenkeel watch events --socket /run/none --json", 1, "ended"),
                Run("kill_soon & evenkeel watch events --json", 1, "ended"),
            ]
        ),
        (
            "check-system",
            [
                Run("evenkeel check-system --json", 0, "limited"),
                Run("\(powerless)evenkeel check-system --json", 1, "unable"),
            ]
        ),
        (
            "map",
            [
                Run("evenkeel map --format json", 0, "clear"),
                Run("evenkeel map --format json --policy /run/none", 1, "unknown"),
            ]
        ),
        (
            "test",
            [
                Run("evenkeel test --netns /run/netns/e --count 2 --json", 0, "answered"),
                Run("evenkeel test --container nobody --json", 1, "unknown"),
            ]
        ),
        (
            "host-remove",
            [
                Run("evenkeel host remove --dry-run --json", 0, "proposed"),
                Run("evenkeel host remove --json", 0, "changed"),
            ]
        ),
    ]

    private static let folder = Shell.packageFolder + "/install/schemas"

    @Test func everyAnswerIsAsItsSchemaSays() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let lines = Self.runs.flatMap { name, runs in
            runs.map { "\(name)\t\($0.status)\t\($0.verdict)\t\($0.command)" }
        }
        let said = try lab.run(
            """
            scene; mkdir /run/empty; echo '{"conntrack": {"max": "keep"}}' | tee /run/keep.json >/etc/evenkeel/policy.json
            export watcher_number=/run/watcher
            kill_soon() {
                until grep -q . /run/watched; do sleep 0.02; done
                ip netns exec e sysctl -qw net.ipv4.conf.eth0.rp_filter=1; sleep 0.5; kill "$(<$watcher_number)"
            }
            export -f kill_soon
            check() { PATH=$PATH python3 "$libraries/Output/answers.py" "$programs/evenkeel" '\(Self.folder)'; }
            grep -v '^watch-\\|^host-remove' >/run/runs <<'EOF' || :
            \(lines.joined(separator: "\n"))
            EOF
            check </run/runs
            watcher; echo $watcher >$watcher_number; echo x >/run/watched
            grep '^watch-\\|^host-remove' <<'EOF' | check
            \(lines.joined(separator: "\n"))
            EOF
            """)
        #expect(said.isEmpty, "\(said)")
    }

    /// A change's parts say the same as its sentence.
    @Test func theChangesOfApplyAreStructured() throws {
        let lab = try Lab("Watch/watch.sh", "Output/scene.sh")
        let answer = try lab.run("scene; \"$programs/evenkeel\" apply --all --dry-run --json 2>/dev/null")
        let ask = { (filter: String) in try lab.run("jq -c '\(filter)'", input: answer) }
        #expect(
            try ask(".namespaces | sort_by(.container) | map(.container, .engine)")
                == #"["database","Docker","production-orders-service-5d9c7b6f4-abcde-with-a-very-long-name","Docker","production-orders-service-5d9c7b6f4-fghij-with-a-very-long-name","Docker"]"#
        )
        let parts = "[.kind, .verb, .family, .interface, .gateway, .destination, .metric, .sysctl, .value]"
        let changes = ".namespaces[] | select(.container | contains(\"abcde\")) | .changes[]"
        let removal = try ask(
            "\(changes) | select(.kind == \"route\" and .verb == \"remove\" and .family == \"ipv4\") | \(parts)")
        #expect(removal == #"["route","remove","ipv4","eth1","10.89.2.1","default",100,null,null]"#)
        let filter = try ask("\(changes) | select(.kind == \"sysctl\" and .interface == \"eth0\") | \(parts)")
        #expect(filter == #"["sysctl","set","ipv4","eth0",null,null,null,"net/ipv4/conf/eth0/rp_filter",2]"#)
        #expect(try ask("[\(changes) | .kind] | unique") == #"["group","route","rule","ruleset","sysctl"]"#)
        #expect(
            try ask("\(changes) | select(.source == \"10.89.2.0/24\") | [.kind, .verb, .family, .table > 17739000]")
                == #"["rule","add","ipv4",true]"#)
    }

    @Test func everySchemaHasRuns() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(files) == Set(Self.runs.map { "\($0.name).schema.json" }))
    }
}
