import Laboratory
import Testing

/// Containers inside others, and those attached to neither the host nor their user's own network: they are changed if named.
@Suite struct NestedTests {
    /// `pair NAME OUTER`: two networks with a default route each, by veths that end in OUTER, or on the host if that is empty.
    private static let functions = """
        pair() {
            local n
            for n in 0 1; do
                ip ${2:+-n "$2"} link add "v$n$1" type veth peer name "eth$n" netns "$1"
                ip ${2:+-n "$2"} link set "v$n$1" up
                ip ${2:+-n "$2"} addr add "10.$n.0.1/24" dev "v$n$1"
                ip -n "$1" link set "eth$n" up
                ip -n "$1" addr add "10.$n.0.2/24" dev "eth$n"
                ip -n "$1" route append default via "10.$n.0.1" metric 100
            done
        }
        left() { local name; for name in "$@"; do defaults 4 "$name" | wc -l; done | xargs; }
        # users NAME: a namespace of user 65534's.
        users() {
            local pid
            setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Urn sleep 600 </dev/null >/dev/null 2>&1 &
            pid=$!
            until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
            ip netns attach "$1" $pid
            ip -n "$1" link set lo up
        }
        # folder: of what user 65534 has below /run/user.
        folder() { mkdir -p "/run/user/65534/$1"; chown -R 65534:65534 /run/user/65534; }
        # move NAME PATH: the namespace has that path and no other.
        move() { : >"$2"; mount --bind "/run/netns/$1" "$2"; ip netns del "$1"; }
        # as_container ID PID: the process's control group is the container's.
        as_container() { echo "0::/docker/$1" >/run/cgroup; mount --bind /run/cgroup "/proc/$2/cgroup"; }

        """

    private static let id = String(repeating: "0123456789abcdef", count: 4)

    private func lab(_ script: String) throws -> Lab {
        let lab = try Lab()
        try lab.run("host; \(Self.functions)\n\(script)")
        return lab
    }

    private static let all = "\"$programs/evenkeel\" apply --all"

    @Test func aContainerInsideAnotherIsChangedOnlyWhenItIsNamed() throws {
        let lab = try lab(
            "ip netns add netns-outer; pair netns-outer; ip netns add netns-inner; pair netns-inner netns-outer")
        let said = "/run/netns/netns-inner (it is inside another container; name it with --netns to change it)"
        let output = try lab.attempt(Self.all)
        #expect(output.status == 0 && output.err.contains("left alone: \(said)"), "\(output.err)")
        #expect(try lab.run(Self.functions + "left netns-outer netns-inner") == "1 2")
        #expect(try lab.attempt("\"$programs/evenkeel\" doctor").out.contains("left out: \(said)"))
        try lab.run("\"$programs/evenkeel\" apply --netns /run/netns/netns-inner")
        #expect(try lab.run(Self.functions + "left netns-inner") == "1")
    }

    /// Whatever its interfaces are: who started it is elsewhere.
    @Test func aContainerWhoseEngineIsInAnotherIsLeftAlone() throws {
        let lab = try lab(
            """
            ip netns add netns-outer; pair netns-outer
            ip netns exec netns-outer bash -c 'unshare -n sleep 600 & echo $! >/run/pid; wait' </dev/null >/dev/null 2>&1 &
            until [[ -s /run/pid && $(cat /proc/$(cat /run/pid)/comm) == sleep ]]; do sleep 0.01; done
            as_container \(Self.id) "$(cat /run/pid)"
            """)
        let said = "(0123456789ab is inside another container; name it with --netns or --container to change it)"
        #expect(try lab.attempt(Self.all).err.contains(said))
        #expect(try lab.run("\"$programs/evenkeel\" apply --container 01234567") == "nothing to do")
    }

    @Test func oneThatTheHostStartedIsTheHosts() throws {
        let lab = try lab(
            """
            unshare -n sleep 600 </dev/null >/dev/null 2>&1 & pid=$!
            until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
            as_container \(Self.id) $pid
            """)
        let output = try lab.attempt(Self.all)
        #expect(output.out.hasPrefix("0123456789ab (") && !output.err.contains("0123456789ab"))
    }

    @Test func oneThatLeadsToAnAdministratorsNamespaceIsLeftAlone() throws {
        let lab = try lab("ip netns add router; ip netns add netns-0; pair netns-0 router")
        #expect(
            try lab.attempt(Self.all).err.contains("/run/netns/netns-0 (it is attached to a namespace that is neither ")
        )
        #expect(try lab.run(Self.functions + "left netns-0") == "2")
    }

    /// A gateway for others is attached to the host as well.
    @Test func whatLeadsToTheHostTooIsTheHosts() throws {
        let lab = try lab(
            """
            ip netns add netns-0; pair netns-0; ip netns add router
            ip -n netns-0 link add inward type veth peer name out netns router
            """)
        try lab.run(Self.all)
        #expect(try lab.run(Self.functions + "left netns-0") == "1")
    }

    /// Their namespace is the engine's own, and no container.
    @Test func dockersOverlayNetworksCountAsTheHosts() throws {
        let lab = try lab(
            """
            mkdir -p /run/docker/netns; ip netns add overlay; ip netns add d; pair d overlay
            move overlay /run/docker/netns/1-k7x1q2w3e4
            : >/run/docker/netns/0123456789ab; mount --bind /run/netns/d /run/docker/netns/0123456789ab
            """)
        try lab.run(Self.all)
        #expect(try lab.run(Self.functions + "left d") == "1")
    }

    /// Its bridges' namespace has a name, has only a process, or has nothing that could be found.
    @Test(arguments: [
        "move net /run/user/65534/netns/rootless-netns-1", "umount /run/netns/net", "move net /run/hidden; kill $!",
    ])
    func aUsersOwnNetworkCountsAsTheHosts(hide: String) throws {
        let lab = try lab(
            """
            folder netns; users own; users net; pair own net; move own /run/user/65534/netns/netns-own; \(hide)
            """)
        let output = try lab.attempt(Self.all)
        #expect(output.out.contains("/run/user/65534/netns/netns-own (podman)\n  set "), "\(output)")
    }

    @Test func anAdministratorsNamespaceIsNoUsersNetwork() throws {
        let lab = try lab(
            "folder netns; users own; ip netns add router; pair own router; move own /run/user/65534/netns/netns-own")
        let output = try lab.attempt(Self.all)
        #expect(output.err.contains("/run/user/65534/netns/netns-own (it is attached to a namespace that is neither "))
        #expect(!output.out.contains("netns-own"))
    }
}
