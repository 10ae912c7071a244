import Laboratory
import Testing

/// `evenkeel doctor` on a host with as many containers as hosts have.
@Suite struct DoctorManyTests {
    /// The containers 0 to N-1 on three networks, each with a default route by all of them. A process for each would take
    /// minutes. Without link-local addresses, since the neighbours that each would look for fill the kernel's one table for
    /// all namespaces, whereupon other tests' packets are lost.
    private static let make = """
        rp_filter=2
        make() {
            local part n
            host
            for n in 1 2 3; do ip link add br$n type bridge; ip addr add 10.$n.0.1/16 dev br$n; ip link set br$n up; done
            for part in $(seq 0 $(($1 - 1))); do echo "netns add netns-$part"; done | ip -batch -
            for part in $(seq 0 $(($1 - 1))); do
                for n in 1 2 3; do
                    echo "link add v$part.$n master br$n type veth peer name eth$((n - 1)) netns netns-$part"
                    echo "link set v$part.$n addrgenmode none up"
                done
            done | ip -batch -
            for part in $(seq 0 $(($1 - 1))); do connect $part | ip -n netns-$part -batch -; done
        }
        connect() {
            local n
            for n in 1 2 3; do
                echo "addr add 10.$n.$(($1 / 250)).$(($1 % 250 + 2))/16 dev eth$((n - 1))"
                echo "link set eth$((n - 1)) addrgenmode none up"
                echo "route append default via 10.$n.0.1 dev eth$((n - 1)) metric 100"
            done
        }

        """

    /// The memory is what the kernel calls the high-water mark, while there is something to be said of each.
    @Test func aThousandContainersOfThreeNetworksFitInSixtyMegabytes() throws {
        let lab = try Lab("Doctor/doctor.sh")
        let script = """
            make 1000; guard_host; policy=--policy=/run/host-policy.json
            "$programs/evenkeel" doctor $policy --json --watch 3600 >/run/said & watcher=$!
            until grep -q '"version"' /run/said; do sleep 0.1; done
            jq -r '.verdict, (.looked.containers | length), (.findings | group_by(.id)[] | "\\(length) \\(.[0].id)")' /run/said
            (($(sed -n 's/VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$watcher/status) < 60000)) && echo small; kill $watcher
            "$programs/evenkeel" apply --all $policy >/dev/null 2>&1; "$programs/evenkeel" doctor $policy
            """
        #expect(
            try lab.run(Self.make + script).split(separator: "\n") == [
                "findings", "1000", "1000 duplicate-default-route", "small",
                "healthy: nothing wrong with the host and 1000 containers",
            ])
    }
}
