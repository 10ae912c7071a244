import Laboratory
import Testing

/// Where `evenkeel-runtime` looks for what the real runtime keeps of a container.
@Suite struct StateFolderTests {
    /// Containers `c` and `d`, a process in each, and `keep FOLDER NAME PROCESS` for what a runtime keeps.
    private static let containers = """
        host; network 1
        for name in c d; do
            container $name
            attach $name 1 eth0 $((5 + $(ip netns | wc -l)))
            nsenter --net=/run/netns/$name sleep 600 </dev/null >/dev/null 2>&1 &
            until [[ $(</proc/$!/comm) == sleep ]]; do sleep 0.01; done
            declare $name=$!
        done
        mkdir /run/bundle
        echo '{}' >/run/bundle/config.json
        ln -s "$programs/evenkeel-runtime" /run/evenkeel-true
        keep() {
            mkdir -p "$1/x"
            echo '{"pid":'$3',"bundle":"/run/bundle"}' >"$1/x/$2"
        }
        filter() { inside $1 sysctl -n net.ipv4.conf.eth0.rp_filter; }

        """

    /// A variable that an administrator's session has kept of a user may lead to what that user wrote.
    @Test func asRootTheVariableDoesNotComeBeforeRun() throws {
        let lab = try Lab()
        let filters = try lab.run(
            Self.containers + """
                keep /run/other/runc state.json $d
                keep /run/other/crun status $d
                keep /run/runc state.json $c
                XDG_RUNTIME_DIR=/run/other /run/evenkeel-true start x 2>/dev/null
                filter c; filter d
                """)
        #expect(filters == "2\n1")
    }

    /// crun obeys the variable as root, too; nobody else does, and only root's file is believed.
    @Test(arguments: [("crun", "status", "0", "2"), ("runc", "state.json", "0", "1"), ("crun", "status", "65534", "1")])
    func asRootTheVariableNamesAFolderOfCrunAlone(runtime: String, file: String, owner: String, filter: String) throws {
        let lab = try Lab()
        let filters = try lab.run(
            Self.containers + """
                keep /run/other/\(runtime) \(file) $d
                chown -R \(owner) /run/other
                XDG_RUNTIME_DIR=/run/other /run/evenkeel-true start x 2>/dev/null
                filter d
                """)
        #expect(filters == filter)
    }

    /// As root of a user namespace, which rootless podman starts it as, it comes first.
    @Test func inAUserNamespaceTheVariableComesFirst() throws {
        let lab = try Lab()
        let output = try lab.run(
            """
            unshare --user --map-root-user --net --mount --propagation private bash -euo pipefail -c '
                mount -t tmpfs tmpfs /run
                . "$libraries/lab.sh"
                process_on_a_network
                mkdir -p /run/user/0/runc/x /run/runc/x /run/bundle
                echo {} >/run/bundle/config.json
                echo "{\\"pid\\":$$,\\"bundle\\":\\"/run/bundle\\"}" >/run/runc/x/state.json
                echo "{\\"pid\\":$pid,\\"bundle\\":\\"/run/bundle\\"}" >/run/user/0/runc/x/state.json
                XDG_RUNTIME_DIR=/run/user/0 EVENKEEL_RUNTIME=/bin/true "$programs/evenkeel-runtime" start x
                nsenter --net=/proc/$pid/ns/net sysctl -n net.ipv4.conf.eth0.rp_filter
                kill $pid'
            """)
        #expect(output.split(separator: "\n").last == "2", "\(output)")
    }
}
