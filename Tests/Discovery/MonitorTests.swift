import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import Discovery

/// Whose word counts of a process that calls itself conmon. Needs root, who alone can start processes of other users.
@Suite(.enabled(if: getuid() == 0)) struct MonitorTests {
    private static let user: UInt32 = 65534

    @Test func rootsConmonTellsItsContainer() throws {
        let monitor = try Monitor("conmon")
        let claim = try #require(monitor.child.monitored)
        #expect(claim.user == 0)
        #expect(claim.container == ContainerIdentity(id: ControlGroupTests.id, engine: .podman, name: "web"))
    }

    @Test func aUsersConmonTellsItForThatUser() throws {
        let monitor = try Monitor("conmon", of: Self.user)
        #expect(monitor.child.monitored?.user == Self.user)
    }

    @Test func aProgramOfAnotherNameTellsNothingWhateverItCallsItself() throws {
        let monitor = try Monitor("bash")
        #expect(monitor.child.monitored == nil)
    }

    @Test func aProgramThatOthersMayWriteToTellsNothing() throws {
        let monitor = try Monitor("conmon", mode: 0o777)
        #expect(monitor.child.monitored == nil)
    }

    @Test func containersAreNotLookedForWhereNobodyAsks() throws {
        let monitor = try Monitor("conmon")
        let own = try NetworkNamespace.current().identity
        var asked = NamespaceProcesses(besides: []), unasked = NamespaceProcesses(besides: [], unasked: [own])
        _ = (try asked.look(), try unasked.look())
        #expect(asked.containers(in: own).contains { $0.id == ControlGroupTests.id })
        #expect(unasked.containers(in: own).isEmpty)
        #expect(!unasked.first(in: own).isEmpty)
        withExtendedLifetime(monitor) {}
    }

    @Test func onlyRootsShimHasTasks() throws {
        for (name, user, isShim) in [
            ("containerd-shim-runc-v2", 0, true), ("containerd-shim-runc-v2", Self.user, false), ("conmon", 0, false),
        ] {
            let monitor = try Monitor(name, of: user)
            #expect(monitor.child.hasShim == isShim)
        }
    }
}

/// A copy of bash under another name, with conmon's arguments and a child, until its owner goes.
private final class Monitor {
    private let process: Companion
    let child: Discovery.Process
    private let scratch: Scratch

    init(_ name: String, of user: UInt32 = 0, mode: mode_t = 0o755) throws {
        scratch = try Scratch()
        let path = scratch.path + "/" + name
        try scratch.program(name, copiedFrom: "/bin/bash", mode)
        let script = try scratch.file("script", Array("sleep 1000 & wait".utf8))
        // Whatever the file's name is, it calls itself conmon.
        process = try Companion([
            "setpriv", "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "bash", "-c",
            "exec -a conmon \"$@\"",
            "bash", path, script, "-c", ControlGroupTests.id, "-n", "web", "/usr/bin/podman",
        ])
        let children = "/proc/\(process.id)/task/\(process.id)/children"
        for _ in 0..<10000 {
            let first = try String(contentsOfFile: children, encoding: .utf8).split(separator: " ").first
            if let id = first.flatMap({ Int32($0) }) {
                child = Discovery.Process(id: id)
                return
            }
            usleep(1000)
        }
        throw POSIXError(.ETIMEDOUT)
    }

    deinit { kill(child.id, SIGKILL) }
}
