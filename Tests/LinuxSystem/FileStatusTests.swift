import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct FileStatusTests {
    @Test func theKindOfFileIsTold() throws {
        let scratch = try Scratch()
        let file = try scratch.file("file", [1, 2, 3])
        let plain = try FileStatus(path: file)
        #expect(plain.isRegular && !plain.isDirectory && !plain.isExecutable && plain.size == 3)
        let folder = try FileStatus(path: scratch.path)
        #expect(!folder.isRegular && folder.isDirectory && !folder.isExecutable)
        chmod(file, 0o601)
        let link = try FileStatus(path: scratch.link("link", to: file))
        #expect(link.isExecutable && link != plain)
        #expect(try FileStatus(path: file) == link)
        #expect(try FileStatus(of: FileDescriptor(opening: file, .read), name: file) == link)
    }

    @Test func whatIsNotThereIsNamed() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/missing"
        #expect(throws: KernelError("look at \(path)", .noEntry)) { try FileStatus(path: path) }
        let dangling = try scratch.link("dangling", to: path)
        #expect(throws: KernelError("look at \(dangling)", .noEntry)) { try FileStatus(path: dangling) }
    }
}
