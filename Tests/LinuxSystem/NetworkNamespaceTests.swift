import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct NetworkNamespaceTests {
    @Test func theCurrentNamespaceIsItself() throws {
        let first = try NetworkNamespace.current()
        let second = try NetworkNamespace.current()
        #expect(first.identity == second.identity)
        #expect(first.descriptor != second.descriptor)
        #expect(fcntl(first.descriptor, F_GETFD) == FD_CLOEXEC)
        #expect(first.name == "/proc/thread-self/ns/net")
    }

    @Test func anotherNameForItIsTheSameNamespace() throws {
        let scratch = try Scratch()
        let link = try NetworkNamespace(path: scratch.link("ns", to: "/proc/self/ns/net"))
        let current = try NetworkNamespace.current()
        #expect(link.identity == current.identity)
    }

    @Test(.enabled(if: getuid() == 0)) func aThreadLeavesForANewOneAndComesBack() throws {
        let identities = try inNamespace {
            let home = try NetworkNamespace.current()
            let inside = try home.leave { () throws(KernelError) in
                try (NetworkNamespace.current().identity, Sysctl("net/ipv4/ip_forward").read())
            }
            return (home.identity, inside.0, try NetworkNamespace.current().identity)
        }
        #expect(identities.0 == identities.2 && identities.0 != identities.1)
    }

    @Test func processOnesIdentityIsThatOfItsNamespace() throws {
        // Nil where it may not be looked at.
        guard let identity = NetworkNamespace.identityOfInit() else { return }
        let opened = try NetworkNamespace(path: "/proc/1/ns/net")
        #expect(opened.identity == identity)
    }

    @Test(arguments: ["file", "folder", "fifo"]) func whatIsNoNamespaceIsRefused(kind: String) throws {
        let scratch = try Scratch()
        let path =
            switch kind {
            case "file": try scratch.file("file", Array("net:[4026531840]".utf8))
            case "folder": try scratch.folder("folder")
            default: try scratch.fifo("fifo")
            }
        expectRefusal(path, .invalid, explanation: "it is not a network namespace")
    }

    @Test(arguments: ["mnt", "pid", "uts", "ipc", "user", "cgroup"]) func anotherKindOfNamespaceIsRefused(kind: String)
    {
        expectRefusal("/proc/self/ns/\(kind)", .invalid, explanation: "it is not a network namespace")
    }

    @Test(arguments: ["/dev/zero", "/dev/null", "/proc", "/proc/self/status", "/sys"])
    func filesOfTheKernelsOwnAreRefused(path: String) {
        expectRefusal(path, .invalid, explanation: "it is not a network namespace")
    }

    @Test(arguments: ["/run/netns/evenkeel-test-missing", "/proc/2147483647/ns/net", ""])
    func aMissingOneIsSaidToBeMissing(path: String) {
        expectRefusal(path, .noEntry, explanation: nil)
    }

    @Test func aLinkToNothingIsMissing() throws {
        let scratch = try Scratch()
        expectRefusal(try scratch.link("dangling", to: scratch.path + "/gone"), .noEntry, explanation: nil)
    }

    /// On a thread of its own, for a FIFO without a writer would hang an open that waits.
    private func expectRefusal(
        _ path: String, _ errno: Errno, explanation: String?, at place: SourceLocation = #_sourceLocation
    ) {
        let ended = ends {
            let error = #expect(throws: KernelError.self, sourceLocation: place) {
                _ = try NetworkNamespace(path: path)
            }
            let expected = KernelError("open network namespace \(path)", errno, explanation: explanation)
            #expect(error == expected, sourceLocation: place)
        }
        #expect(ended, "opening \(path) hangs", sourceLocation: place)
    }

    @Test func itsIdentityIsKnownWithoutOpeningIt() throws {
        #expect(
            try NetworkNamespace.identity(ofFile: "/proc/self/ns/net")
                == NetworkNamespace(path: "/proc/self/ns/net").identity)
        #expect(throws: KernelError.self) { try NetworkNamespace.identity(ofFile: "/nonexistent") }
    }
}
