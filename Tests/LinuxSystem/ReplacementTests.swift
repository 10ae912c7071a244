import CLinux
import Foundation
import Laboratory
import Testing

@testable import LinuxSystem

/// A file that is replaced for whoever reads it.
@Suite struct ReplacementTests {
    @Test func whoeverHasItOpenReadsTheOldTextToItsEnd() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/file"
        try FileDescriptor.replace(path, with: "old\n")
        let reader = try FileDescriptor(opening: path, .read)
        try FileDescriptor.replace(path, with: "new\n")
        #expect(try FileDescriptor.text(of: path, limit: 100) == "new\n")
        let old = try reader.readAll(limit: 100, name: path)
        #expect(old == Array("old\n".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["file"])
    }

    @Test func allMayReadIt() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/file"
        try FileDescriptor.replace(path, with: "x")
        #expect(try FileStatus(path: path).permissions & 0o777 == 0o644)
    }

    @Test func whereThereIsNoFolderItIsSaid() throws {
        let scratch = try Scratch()
        #expect { try FileDescriptor.replace(scratch.path + "/none/file", with: "x") } throws: { error in
            (error as? KernelError)?.errno == .noEntry
        }
        #expect(throws: KernelError.self) { try FileDescriptor.replace(scratch.path, with: "x") }
        #expect(!FileManager.default.fileExists(atPath: scratch.path + ".\(getpid())"))
    }
}
