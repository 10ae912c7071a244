import JSON
import Testing

@testable import Discovery

@Suite struct ProcessTests {
    private static let id = ControlGroupTests.id

    private static func line(_ words: String...) -> [UInt8] { Array(words.joined(separator: "\0").utf8) + [0] }

    @Test func conmonsCommandLineTellsItsContainer() {
        let line = Self.line(
            "/usr/bin/conmon", "--api-version", "1", "-c", Self.id, "-u", Self.id, "-r", "/usr/bin/crun", "-b",
            "/home/a/data", "-n", "web", "--exit-command", "/usr/bin/podman")
        #expect(Process.monitored(line) == ContainerIdentity(id: Self.id, engine: .podman, name: "web"))
    }

    /// Any user's process may be called conmon.
    @Test func aNameThatNoEngineGivesIsNone() {
        let line = Self.line("conmon", "-c", Self.id, "-n", String(repeating: "x", count: 256))
        #expect(Process.monitored(line) == ContainerIdentity(id: Self.id))
    }

    @Test func whatIsNotConmonsTellsNone() {
        #expect(Process.monitored(Self.line("/usr/bin/python3", "-c", Self.id)) == nil)
        #expect(Process.monitored(Self.line("/usr/bin/conmon", "-c", "web")) == nil)
        #expect(Process.monitored(Self.line("/usr/bin/conmon", "-n", "web", "-c")) == nil)
        #expect(Process.monitored([]) == nil)
    }

    @Test func containerdsAnnotationsTellAPod() throws {
        let pod: [JSON.Member] = [
            .init("io.kubernetes.cri.sandbox-namespace", .string("shop")),
            .init("io.kubernetes.cri.sandbox-name", .string("web-7")),
        ]
        #expect(ContainerdTask.name(.object(pod)) == "shop/web-7")
        let container = pod + [.init("io.kubernetes.cri.container-name", .string("cache"))]
        #expect(ContainerdTask.name(.object(container)) == "shop/web-7/cache")
        #expect(ContainerdTask.name(.object([.init("nerdctl/name", .string("web"))])) == "web")
        #expect(ContainerdTask.name(.object([])) == nil)
        #expect(ContainerdTask.name(.string("web")) == nil)
    }

    @Test func aContainerIsCalledByItsNameOrTheBeginningOfItsID() {
        let container = ContainerIdentity(id: Self.id, name: "web")
        for text in ["web", Self.id, String(Self.id.prefix(12)), "0123"] { #expect(container.isCalled(text)) }
        for text in ["we", "webs", "012", "f123", Self.id + "0", ""] { #expect(!container.isCalled(text)) }
    }
}
