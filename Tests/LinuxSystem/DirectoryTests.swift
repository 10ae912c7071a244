import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct DirectoryTests {
    @Test func everyNameIsListedOnce() throws {
        let scratch = try Scratch()
        let names: Set = [".hidden", "...", "a b", "é", String(repeating: "n", count: 255), "plain"]
        for name in names { _ = try scratch.file(name) }
        _ = try scratch.folder("folder")
        _ = try scratch.link("dangling", to: "/nowhere")
        #expect(try Directory.names(in: scratch.path).sorted() == names.union(["folder", "dangling"]).sorted())
    }

    @Test func anEmptyDirectoryAndAMissingOneHaveNone() throws {
        let scratch = try Scratch()
        #expect(try Directory.names(in: scratch.path) == [])
        #expect(try Directory.names(in: scratch.path + "/missing") == [])
    }

    @Test func whatIsNoDirectoryIsAnError() throws {
        let scratch = try Scratch()
        let file = try scratch.file("file")
        #expect(throws: KernelError("list \(file)", Errno(rawValue: ENOTDIR))) { try Directory.names(in: file) }
    }

    @Test func ofAUsersDirectoryOnlyTheFirstNamesAreRead() throws {
        let scratch = try Scratch()
        for number in 0..<10 { _ = try scratch.file("\(number)") }
        #expect(try Directory.names(inUsers: scratch.path, atMost: 4).count == 4)
        #expect(try Directory.names(inUsers: scratch.path, atMost: 11).count == 10)
        #expect(try Directory.names(inUsers: scratch.path + "/missing", atMost: 4) == [])
    }

    @Test func aUsersDirectoryIsReachedWithoutLinks() throws {
        let scratch = try Scratch()
        let inside = try scratch.folder("folder") + "/inside"
        try FileManager.default.createDirectory(atPath: inside, withIntermediateDirectories: false)
        let link = try scratch.link("link", to: scratch.path + "/folder")
        #expect(throws: KernelError("list \(link)", Errno(rawValue: ENOTDIR))) {
            try Directory.names(inUsers: link, atMost: 4)
        }
        #expect(throws: KernelError("list \(link)/inside", Errno(rawValue: ELOOP))) {
            try Directory.names(inUsers: link + "/inside", atMost: 4)
        }
    }

    @Test func theEnvironmentIsTheProcesss() {
        #expect(Environment.variable("EVENKEEL_TEST_MISSING") == nil)
        #expect(Environment.variable("PATH") == ProcessInfo.processInfo.environment["PATH"])
    }
}
