import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import Discovery

/// Whether one namespace belongs to somebody else than this host. Needs root, who can see process 1.
@Suite(.enabled(if: getuid() == 0 && Attachments.areVisible)) struct AttachmentsTests {
    /// Runs `body` on a throw-away host, with two namespaces. In `script` `$1` and `$2` are processes in them.
    private func onHost<Result: Sendable>(
        _ script: String = "", _ body: @escaping @Sendable ([FoundNamespace]) throws -> Result
    ) throws -> Result {
        try inNamespace {
            let holders = try (0..<2).map { _ in try Companion(["unshare", "-n", "sleep", "1000"]) }
            defer { withExtendedLifetime(holders) {} }
            let own = try NetworkNamespace.current().identity
            let found = try holders.map { try Self.namespace(of: $0.id, other: own) }
            try shell("set -- \(holders[0].id) \(holders[1].id)\n\(script)")
            return try body(found)
        }
    }

    /// A process's namespace, as soon as it is in another than the one it was started in.
    private static func namespace(of process: Int32, other former: NetworkNamespace.Identity) throws -> FoundNamespace {
        let path = "/proc/\(process)/ns/net"
        for _ in 0..<10000 {
            let identity = try NetworkNamespace.identity(ofFile: path)
            if identity != former { return FoundNamespace(path, as: identity) }
            usleep(1000)
        }
        throw POSIXError(.ETIMEDOUT)
    }

    @Test func oneAttachedToTheHostOrToNothingIsTheHosts() throws {
        let isElsewhere = try onHost("ip link add v0 type veth peer name eth0 netns $1") { found in
            try found.map { try Survey.isAttachedElsewhere($0, containers: found, others: []) }
        }
        #expect(isElsewhere == [false, false])
    }

    @Test func oneWithAMacvlanOfTheHostsIsTheHosts() throws {
        let script = "ip link add v0 type veth peer name v1; ip link add link v0 name eth0 netns $1 type macvlan"
        let isElsewhere = try onHost(script) { found in
            try Survey.isAttachedElsewhere(found[0], containers: found, others: [])
        }
        #expect(!isElsewhere)
    }

    @Test func oneAttachedToAnAdministratorsNamespaceIsNot() throws {
        let isElsewhere = try onHost("nsenter -t $2 -n ip link add v0 type veth peer name eth0 netns $1") { found in
            [
                try Survey.isAttachedElsewhere(found[0], containers: [found[0]], others: [found[1]]),
                // Nor if nobody knows where it leads.
                try Survey.isAttachedElsewhere(found[0], containers: [], others: []),
            ]
        }
        #expect(isElsewhere == [true, true])
    }

    @Test func oneAttachedToAContainerIsNot() throws {
        let script = """
            ip link add v0 type veth peer name eth0 netns $1
            nsenter -t $1 -n ip link add v1 type veth peer name eth1 netns $2
            """
        let isElsewhere = try onHost(script) { found in
            try found.map { try Survey.isAttachedElsewhere($0, containers: found, others: []) }
        }
        #expect(isElsewhere == [false, true])
    }

    /// Whatever its interfaces are: who started it is elsewhere.
    @Test func oneThatWasStartedInAContainerIsNot() throws {
        let isElsewhere = try onHost { found in
            let start = "setpriv --pdeathsig KILL unshare -n sleep 1000 & wait"
            let starter = try Companion(["nsenter", "--net=\(found[0].path)", "bash", "-c", start])
            defer { withExtendedLifetime(starter) {} }
            let outer = try #require(found[0].identity)
            let inner = try Self.namespace(of: Self.child(of: starter.id), other: outer)
            return try Survey.isAttachedElsewhere(inner, containers: found, others: [])
        }
        #expect(isElsewhere)
    }

    private static func child(of process: Int32) throws -> Int32 {
        for _ in 0..<10000 {
            let children = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
            if let child = children.split(separator: " ").first.flatMap({ Int32($0) }) { return child }
            usleep(1000)
        }
        throw POSIXError(.ETIMEDOUT)
    }
}
