import Laboratory
import Testing

/// What ordinary users put where root looks for containers' namespaces.
@Suite struct TrustTests {
    /// User 65534's folder below /run/user, and a way to do things as that user.
    private static let user = """
        nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
        mkdir -p /run/user/65534
        chown 65534:65534 /run/user/65534
        nobody mkdir -p /run/user/65534/netns
        """

    private static let routes = "ip -n c route; ip -n c rule; ip -n c -6 route; ip -n c -6 rule"

    private func lab(_ script: String) throws -> Lab {
        let lab = try Lab()
        try lab.run("lab 2; \(Self.user)\n\(script)")
        return lab
    }

    @Test func aUsersLinkDoesNotMakeAnAdministratorsNamespaceAContainers() throws {
        let lab = try lab("nobody ln -s /run/netns/c /run/user/65534/netns/netns-0")
        let before = try lab.run(Self.routes)
        let said = try lab.attempt("\"$programs/evenkeel\" apply --all")
        #expect(said.status == 0 && !said.out.contains("/run/user"))
        #expect(try lab.run(Self.routes) == before)
    }

    @Test func nothingThatIsNoNamespaceIsOpened() throws {
        let lab = try lab(
            "nobody mkfifo /run/user/65534/netns/netns-1; nobody ln -s /dev/watchdog /run/user/65534/netns/netns-2")
        let opened = try lab.run(
            """
            strace -f -o /run/calls -e trace=openat,open "$programs/evenkeel" apply --all --dry-run >/dev/null 2>&1 || :
            grep /run/user/65534/netns/ /run/calls | grep -v -e O_PATH -e O_DIRECTORY || echo none
            """)
        #expect(opened == "none")
    }

    /// A namespace of the user's own is found; one that root bound there is not the user's.
    @Test func onlyNamespacesOfThatUserCount() throws {
        let lab = try lab(
            """
            nobody unshare -Urn sleep 600 </dev/null >/dev/null 2>&1 &
            for _ in {1..100}; do pid=$(pgrep -u 65534 -x sleep) && break; sleep 0.05; done
            for _ in {1..100}; do [[ $(readlink /proc/$pid/ns/net) != $(readlink /proc/self/ns/net) ]] && break; sleep 0.05; done
            for name in own admins; do : >/run/user/65534/netns/netns-$name; done
            mount --bind /proc/$pid/ns/net /run/user/65534/netns/netns-own
            mount --bind /run/netns/c /run/user/65534/netns/netns-admins
            """)
        let found = try lab.run("\"$programs/evenkeel\" apply --all --dry-run --json | jq -r '.namespaces[].namespace'")
        #expect(found == "/run/user/65534/netns/netns-own")
    }
}
