import Laboratory
import Testing

/// Programs that are started with standard streams closed: nothing they open gets the number of one.
@Suite struct ClosedStreamTests {
    private static let container = """
        lab 2
        nsenter --net=/run/netns/c sleep 600 </dev/null >/dev/null 2>&1 &
        pid=$!
        until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
        echo '{"id":"x","status":"creating","pid":'$pid'}' >/run/state
        echo '{"cniVersion":"1.0.0","name":"n","type":"evenkeel","prevResult":{}}' >/run/request
        mkdir -p /run/runc/x /run/bundle
        echo '{}' >/run/bundle/config.json
        echo '{"init_process_pid":'$pid',"config":{"labels":["bundle=/run/bundle"]}}' >/run/runc/x/state.json

        """

    static let programs = [
        #"exec "$programs/evenkeel-hook" </run/state"#,
        #"CNI_COMMAND=ADD CNI_CONTAINERID=x CNI_NETNS=/run/netns/c CNI_IFNAME=eth0 CNI_PATH=/x exec "$programs/evenkeel-cni" </run/request"#,
        #"EVENKEEL_RUNTIME=/bin/true exec "$programs/evenkeel-runtime" start x"#,
        #"exec "$programs/evenkeel" host apply"#, #"exec "$programs/evenkeel" apply --netns /run/netns/c"#,
    ]

    @Test(arguments: programs) func whatIsOpenedGetsAnotherNumber(program: String) throws {
        let lab = try Lab()
        let found = try lab.run(
            Self.container + """
                for closed in '2>&-' '>&-' '>&- 2>&-' '<&-' '<&- >&- 2>&-'; do
                    strace -f -qq -o /run/trace bash -c '\(program) '"$closed" >/dev/null 2>&1 || :
                    # What bash does before it becomes the program, and the real runtime, is left out. The dynamic loader closes
                    # what it opens.
                    awk '/execve\\(.*evenkeel/ { own = 1 } /execve\\(.*\\/true"/ { own = 0 } own' /run/trace >/run/own
                    [[ $(wc -l </run/own) -gt 20 ]] || echo "nothing was traced with $closed"
                    grep -E ' (open|openat|socket|ioctl)\\(.* = [012]( <|$)' /run/own |
                        grep -v -e '"/dev/null"' -e '\\.so[.0-9a-z]*"' -e TCGETS -e TIOCGWINSZ -e 'ioctl.* = 0$' || :
                done
                """)
        // The hook has read its input and closed it: only that number may be given again.
        let strays = found.split(separator: "\n").filter {
            !program.contains("hook") && !program.contains("start x") || !$0.hasSuffix(" = 0")
        }
        #expect(strays == [], "\(found)")
    }

    /// A result that nobody gets is no success.
    @Test func aClosedStreamIsStillAnError() throws {
        let lab = try Lab()
        let output = try lab.attempt(Self.container + "call ADD x /run/netns/c eth0 </run/request >&-")
        #expect(
            output.status == 1 && output.err.contains("standard output") && output.err.contains("EBADF"),
            "\(output.err)")
        let unread = try lab.attempt("call ADD x /run/netns/c eth0 <&-")
        #expect(unread.status == 1 && unread.out.contains("EBADF"), "\(unread.out)")
        let unseen = try lab.attempt("\"$programs/evenkeel\" host status >&-")
        #expect(unseen.status != 0 && unseen.err.contains("EBADF"), "\(unseen.err)")
    }

    /// The container's process must find them as its engine left them.
    @Test(arguments: ["<&-", "2>&-", "<&- 2>&-"]) func theRealRuntimeGetsThemAsTheyWere(closed: String) throws {
        let lab = try Lab()
        let (direct, wrapped) = try (
            lab.run("ls /proc/self/fd \(closed)"),
            lab.run("EVENKEEL_RUNTIME=/bin/ls \"$programs/evenkeel-runtime\" /proc/self/fd \(closed)")
        )
        #expect(direct == wrapped)
    }
}
