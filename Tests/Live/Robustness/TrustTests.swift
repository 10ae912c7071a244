import Laboratory
import Testing

/// What ordinary users put where root looks for containers' namespaces.
@Suite struct TrustTests {
    /// User 65534's folder below /run/user, and a way to do things as that user.
    private static let user = """
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

    /// A namespace without a name, in which a process runs whose parent says that it is conmon.
    private static let service = """
        # monitored COMMAND...: the parent, a program called conmon, by this command.
        monitored() {
            mkdir -p /run/programs
            cp "$(command -v bash)" /run/programs/conmon
            printf 'sleep 600 & echo $! >/run/programs/pid; wait' >/run/programs/script
            : >/run/programs/pid
            chmod 666 /run/programs/pid
            nsenter --net=/run/netns/c "$@" /run/programs/conmon /run/programs/script -c \(id) -n stranger </dev/null \\
                >/dev/null 2>&1 &
            until [[ -s /run/programs/pid ]]; do sleep 0.01; done
            umount /run/netns/c
        }
        look() { nsenter --net="/proc/$(cat /run/programs/pid)/ns/net" "$@"; }

        """
    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test func aUsersProgramThatIsCalledConmonTellsNothingOfAnAdministratorsNamespace() throws {
        let lab = try lab("\(Self.service)\nmonitored setpriv --reuid 65534 --regid 65534 --clear-groups")
        let state = Self.service + "look ip route; look ip rule"
        let before = try lab.run(state)
        let said = try lab.attempt("\"$programs/evenkeel\" apply --all")
        #expect(said.status == 0 && !said.out.contains("0123456789ab") && said.err.contains("no container engine's"))
        #expect(try lab.run(state) == before)
        #expect(try lab.attempt("\"$programs/evenkeel\" apply --container stranger").status == 1)
    }

    @Test func rootsConmonTellsItsContainersName() throws {
        let lab = try lab("\(Self.service)\nmonitored")
        try lab.run("\"$programs/evenkeel\" apply --container stranger")
        #expect(try lab.run(Self.service + "look ip route show default | wc -l") == "1")
    }

    /// A control group of a container's name that a user made below a folder of that user's, as systemd delegates them.
    @Test(arguments: [65534, 0]) func aControlGroupIsTheWordOfWhoMadeIt(owner: Int) throws {
        let lab = try lab("umount -l /run/netns/far; nsenter --net=/run/netns/c sleep 600 </dev/null >/dev/null 2>&1 &")
        let said = try lab.run(
            """
            root=/sys/fs/cgroup; [[ ! -d $root/unified ]] || root+=/unified
            group=$root/evenkeel-test-$(cat /proc/sys/kernel/random/uuid)
            pid=$(pgrep -x sleep); until ! [[ /proc/$pid/ns/net -ef /proc/self/ns/net ]]; do sleep 0.01; done
            umount /run/netns/c
            trap 'echo $pid >$root/cgroup.procs; rmdir $group/docker-\(Self.id).scope $group' EXIT
            mkdir -p $group/docker-\(Self.id).scope
            chown -R \(owner):\(owner) $group
            echo $pid >$group/docker-\(Self.id).scope/cgroup.procs
            "$programs/evenkeel" apply --all --dry-run --json 2>/dev/null | jq -r '.namespaces[].evidence'
            """)
        #expect(said == (owner == 0 ? "container 0123456789ab" : ""))
    }

    @Test func aUsersFolderOfManyNamesIsNotReadToItsEnd() throws {
        let lab = try lab("cd /run/user/65534/netns; seq -f netns-%g 20000 | nobody xargs touch")
        let script = """
            strace -f -c -o /run/calls -e trace=openat2 "$programs/evenkeel" apply --all --dry-run
            awk '$NF == "openat2" { print $4 }' /run/calls
            """
        let output = try lab.attempt(script)
        let opened = try #require(output.out.split(separator: "\n").last.flatMap { Int($0) })
        #expect(output.status == 0 && (4096...4200).contains(opened), "\(output)")
        #expect(
            output.err.contains("left alone: /run/user/65534/netns (it has more than 4096 names; the rest was not "))
    }

    /// It could lead to a file system that never answers.
    @Test func aUsersFolderIsNotALink() throws {
        let lab = try lab("rmdir /run/user/65534/netns; nobody ln -s /run/netns /run/user/65534/netns")
        let calls = try lab.run(
            """
            strace -f -o /run/calls "$programs/evenkeel" apply --all --dry-run >/dev/null 2>&1 || :
            grep /run/user/65534/netns /run/calls
            """)
        #expect(calls.contains("ENOTDIR") && !calls.contains("/run/user/65534/netns/"))
    }
}
