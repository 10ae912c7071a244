import CLinux
import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import LinuxTools

@Suite struct AtomicFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func theContentIsReplacedAndNothingIsLeftBeside() throws {
        let path = try scratch.file("list", Array("old".utf8))
        let file = try AtomicFile(reading: path, limit: 3)
        #expect(file.content == Array("old".utf8))
        #expect(try file.replace(with: "new é\r\n") == .replaced)
        #expect(try text(path) == "new é\r\n")
        #expect(try Directory.names(in: scratch.path) == ["list"])
    }

    @Test func whatIsThereIsReplacedOnlyIfThatIsWanted() throws {
        let path = try scratch.file("file", Array("old".utf8))
        do throws(KernelError) {
            try AtomicFile.put([1, 0, 255], at: path, mode: 0o600, replacing: false)
            Issue.record("it was replaced")
        } catch { #expect(error.errno == .exists) }
        #expect(try text(path) == "old")
        try AtomicFile.put([1, 0, 255], at: path, mode: 0o600, replacing: true)
        try AtomicFile.put([1, 0, 255], at: path + "2", mode: 0o600, replacing: false)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 0, 255]))
        #expect(try FileStatus(path: path + "2").permissions == 0o600)
        #expect(try Directory.names(in: scratch.path).sorted() == ["file", "file2"])
    }

    /// A run that was killed left its temporary file; that of one at work is locked.
    @Test func whatAKilledRunLeftGoesWithTheNext() throws {
        let path = try scratch.file("list", Array("old".utf8))
        _ = try scratch.file(".evenkeel-Ab3xyz", Array("half".utf8))
        let working = try FileDescriptor(opening: try scratch.file(".evenkeel-worker"), .read)
        #expect(flock(working.number, LOCK_EX) == 0)
        let others = [".evenkeel-", ".evenkeel-longer1", ".evenkeel-short", "evenkeel-Ab3xyz"]
        for name in others { _ = try scratch.file(name) }
        _ = try scratch.folder(".evenkeel-folder")
        _ = try scratch.link(".evenkeel-linked", to: path)
        #expect(try AtomicFile(reading: path, limit: 3).replace(with: "new") == .replaced)
        let left = try Directory.names(in: scratch.path)
        #expect(
            left.sorted() == (others + ["list", ".evenkeel-worker", ".evenkeel-folder", ".evenkeel-linked"]).sorted())
        #expect(try text(path) == "new")
        try AtomicFile.put("x", at: path)
        #expect(try Directory.names(in: scratch.path).count == left.count)
    }

    /// Not in the root of all folders, where a path without a slash has no business.
    @Test func aNameAloneIsInTheWorkingFolder() throws {
        let programs = try Directory.names(in: ".")
        let name = "evenkeel-test-\(getpid())"
        defer { unlink(name) }
        try AtomicFile.put("x", at: name)
        #expect(try Set(Directory.names(in: ".")) == Set(programs + [name]))
        #expect(try text(name) == "x")
    }

    @Test func noLinkDeviceOrFolderIsReplaced() throws {
        let target = try scratch.file("target", Array("old".utf8))
        for path in [try scratch.link("link", to: target), try scratch.folder("folder"), "/dev/null"] {
            let error = #expect(throws: KernelError.self) { try AtomicFile.put("x", at: path) }
            #expect(error?.errno == .invalid && error?.description.contains("write \(path): ") == true, "\(path)")
        }
        #expect(try text(target) == "old")
    }

    /// One never removes the other's file while it is being written.
    @Test func runsAtOnceDoNotDisturbEachOther() throws {
        let path = try scratch.file("list")
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 8) { number in
            for _ in 0..<100 {
                do throws(KernelError) { try AtomicFile.put("\(number)", at: path) } catch { failures.add(error) }
            }
        }
        #expect(failures.all == [])
        #expect(try Directory.names(in: scratch.path) == ["list"])
    }

    @Test(arguments: [0o600, 0o640, 0o755, 0o4750, 0o2444] as [mode_t])
    func modeAndOwnerStay(mode: mode_t) throws {
        let path = try scratch.file("list")
        guard chown(path, 1234, 2345) == 0, chmod(path, mode) == 0 else { throw POSIXError(.EPERM) }
        let before = try status(path)
        #expect(try AtomicFile(reading: path, limit: 0).replace(with: "x") == .replaced)
        let after = try status(path)
        #expect((after.st_uid, after.st_gid) == (1234, 2345) && after.st_mode & 0o7777 == mode)
        #expect(after.st_ino != before.st_ino)
    }

    /// user::rw-, user:1000:rw-, group::r--, mask::rw-, other::--- as acl(5) is kept by the kernel: version 2, then tag,
    /// permissions and id of each entry.
    static let accessControlList: [UInt8] =
        [2, 0, 0, 0] + entry(0x01, 6, 0xffff_ffff) + entry(0x02, 6, 1000) + entry(0x04, 4, 0xffff_ffff)
        + entry(0x10, 6, 0xffff_ffff) + entry(0x20, 0, 0xffff_ffff)

    private static func entry(_ tag: UInt8, _ permissions: UInt8, _ id: UInt32) -> [UInt8] {
        [tag, 0, permissions, 0] + withUnsafeBytes(of: id.littleEndian) { Array($0) }
    }

    @Test(arguments: ["system.posix_acl_access", "security.selinux"])
    func labelAndAccessControlListStay(name: String) throws {
        let value = name.hasPrefix("system") ? Self.accessControlList : Array("system_u:object_r:etc_t:s0\0".utf8)
        let path = try scratch.file("list")
        try #require(setxattr(path, name, value, value.count, 0) == 0)
        #expect(try AtomicFile(reading: path, limit: 0).replace(with: "x") == .replaced)
        #expect(attribute(name, of: path) == value)
    }

    /// A directory may give new files a list that the original has not got.
    @Test func noAccessControlListIsInherited() throws {
        let path = try scratch.file("list")
        let list = Self.accessControlList
        try #require(setxattr(scratch.path, "system.posix_acl_default", list, list.count, 0) == 0)
        _ = try scratch.file("other")
        try #require(!attribute("system.posix_acl_access", of: scratch.path + "/other").isEmpty)
        #expect(try AtomicFile(reading: path, limit: 0).replace(with: "x") == .replaced)
        #expect(attribute("system.posix_acl_access", of: path) == [])
    }

    @Test func aSymbolicLinkStaysAndItsTargetIsReplaced() throws {
        let folder = try scratch.folder("target")
        let path = try scratch.file("target/list", Array("old".utf8))
        let link = try scratch.link("link", to: "target/list")
        let second = try scratch.link("second", to: link)
        let file = try AtomicFile(reading: second, limit: 100)
        #expect(file.path.hasSuffix("/target/list"))
        #expect(try file.replace(with: "new") == .replaced)
        #expect(try text(path) == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target/list")
        #expect(try Directory.names(in: folder) == ["list"])
    }

    @Test(arguments: ["written", "longer", "mode", "replaced", "removed"])
    func whatChangedMeanwhileIsLeftAlone(how: String) throws {
        let path = try scratch.file("list", Array("old".utf8))
        let file = try AtomicFile(reading: path, limit: 100)
        switch how {
        case "written": try write("OLD", to: path)
        case "longer": try write("older", to: path)
        case "mode": chmod(path, 0o600)
        case "replaced":
            _ = try scratch.file("other", Array("old".utf8))
            rename(scratch.path + "/other", path)
        default: unlink(path)
        }
        let before = try? text(path)
        #expect(try file.replace(with: "new") == .changedMeanwhile)
        #expect((try? text(path)) == before)
        #expect(try Directory.names(in: scratch.path) == (how == "removed" ? [] : ["list"]))
    }

    /// Somebody who reads all the time never finds a part, and never nothing.
    @Test func aReaderFindsAllOfOldOrNew() throws {
        let (old, new) = (String(repeating: "a", count: 70_000), String(repeating: "b", count: 80_000))
        let path = try scratch.file("list", Array(old.utf8))
        let reader = Reader(path, allowed: [old, new])
        for text in Array(repeating: [new, old], count: 50).joined() {
            #expect(try AtomicFile(reading: path, limit: 1 << 20).replace(with: text) == .replaced)
        }
        #expect(reader.stop() == [])
    }

    @Test func whatIsNoRegularFileIsRefusedAndDoesNotHang() throws {
        let fifo = try scratch.fifo("fifo")
        let folder = try scratch.folder("folder")
        let path = scratch.path
        let ended = ends {
            for other in [fifo, folder, "/dev/null"] {
                let error = #expect(throws: KernelError.self) { try AtomicFile(reading: other, limit: 100) }
                #expect(error?.description.hasSuffix("it is not a regular file") == true)
            }
            for missing in ["/missing", "/missing/below"] {
                let error = #expect(throws: KernelError.self) { try AtomicFile(reading: path + missing, limit: 100) }
                #expect(error == KernelError("open \(path + missing)", .noEntry))
            }
        }
        #expect(ended)
    }

    @Test func whatIsTooLargeIsRefused() throws {
        let path = try scratch.file("list", [1, 2, 3])
        #expect(throws: KernelError.self) { try AtomicFile(reading: path, limit: 2) }
        #expect(try AtomicFile(reading: path, limit: 3).content == [1, 2, 3])
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func write(_ text: String, to path: String) throws {
        // Times count in ticks of the kernel's clock, and a file was written a moment ago.
        usleep(20_000)
        try FileDescriptor(opening: path, .write).write(text, name: path)
    }

    private func status(_ path: String) throws -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw POSIXError(.ENOENT) }
        return status
    }

    private func attribute(_ name: String, of path: String) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(getxattr(path, name, buffer.baseAddress, 4096), 0)
        }
    }
}

/// A thread that reads a file again and again.
private final class Reader: @unchecked Sendable {
    private let lock = NSLock()
    private let ended = DispatchSemaphore(value: 0)
    private var isStopped = false
    private var surprises: Set<String> = []

    init(_ path: String, allowed: Set<String>) {
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isStopped }) {
                let found = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "nothing"
                if !allowed.contains(found) { lock.withLock { _ = surprises.insert(String(found.prefix(9))) } }
            }
            ended.signal()
        }
    }

    /// What it read beside what it may.
    func stop() -> Set<String> {
        lock.withLock { isStopped = true }
        ended.wait()
        return surprises
    }
}

/// What several threads note.
private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var noted: [KernelError] = []

    func add(_ error: KernelError) { lock.withLock { noted.append(error) } }

    var all: [KernelError] { lock.withLock { noted } }
}
