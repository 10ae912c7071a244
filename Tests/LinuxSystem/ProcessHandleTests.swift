import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct ProcessHandleTests {
    @Test func itsNamespaceIsThatOfTheProcess() throws {
        let handle = try ProcessHandle(getpid())
        #expect(handle.id == OwnProcess.id && handle.id == getpid())
        #expect(try handle.networkNamespace().identity == NetworkNamespace(path: "/proc/self/ns/net").identity)
    }

    @Test func whoHasNoProcessIsRefused() {
        // Above the largest number that a kernel gives.
        for id in [Int32.max, 0, -1] {
            let error = #expect(throws: KernelError.self) { _ = try ProcessHandle(id) }
            #expect(error == KernelError("look at process \(id)", .noEntry))
        }
    }

    /// A program may call itself what it likes.
    @Test(arguments: ["sleeper", "a) b", "a (b) 1 2 3", ") R 1 1"])
    func theStartTimeIsFoundBehindAnyName(name: String) throws {
        let scratch = try Scratch()
        let child = try sleeper(scratch, called: name)
        let ticks = try ProcessHandle(child.id).startTime()
        let own = try ProcessHandle(getpid()).startTime()
        let uptime = try #require(Double(text("/proc/uptime").prefix { $0 != " " }))
        #expect(own <= ticks && ticks <= UInt64((uptime + 1) * Double(sysconf(Int32(_SC_CLK_TCK)))))
        #expect(try text("/proc/\(child.id)/comm").dropLast() == name.prefix(15))
    }

    @Test func aProcessThatHasEndedIsNotTakenForALaterOne() throws {
        let scratch = try Scratch()
        var child: Companion? = try sleeper(scratch, called: "sleeper")
        let handle = try ProcessHandle(try #require(child?.id))
        _ = try handle.startTime()
        child = nil
        for read in [{ _ = try $0.startTime() }, { _ = try $0.networkNamespace() }] as [Reading] {
            let error = #expect(throws: KernelError.self) { try read(handle) }
            #expect(error?.errno == .noEntry || error?.errno == .noSuchProcess)
        }
    }

    private func sleeper(_ scratch: Scratch, called name: String) throws -> Companion {
        try Companion([scratch.link(name, to: "/bin/sleep"), "1000"])
    }

    private typealias Reading = (borrowing ProcessHandle) throws -> Void

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
