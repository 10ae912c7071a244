import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct FileDescriptorTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Around the sizes in which a file is read.
    @Test(arguments: [0, 1, 100, 4095, 4096, 4097, 8191, 8192, 8193, 1 << 16, (1 << 20) + 1])
    func aFileOfJustTheLimitIsReadWhole(size: Int) throws {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let path = try scratch.file("content", content)
        #expect(try FileDescriptor(opening: path, .read).readAll(limit: size, name: path) == content)
        #expect(try FileDescriptor(opening: path, .read).readAll(limit: size + 1, name: path) == content)
        guard size > 0 else { return }
        let error = #expect(throws: KernelError.self) {
            try FileDescriptor(opening: path, .read).readAll(limit: size - 1, name: "the input")
        }
        #expect(error?.errno == .tooBig)
        #expect(
            error?.description
                == "cannot read the input: File too large (EFBIG): more than the \(size - 1) bytes allowed")
    }

    @Test func aFileWithoutEndIsNotReadBeyondTheLimit() throws {
        let error = #expect(throws: KernelError.self) {
            try FileDescriptor(opening: "/dev/zero", .read).readAll(limit: 1 << 20, name: "/dev/zero")
        }
        #expect(error?.errno == .tooBig)
    }

    @Test func whatComesInPiecesIsReadToItsEnd() throws {
        let path = try scratch.fifo("fifo")
        Thread.detachNewThread {
            guard let writer = try? FileDescriptor(opening: path, .write) else { return }
            for piece in ["{\"a\":", "", String(repeating: " ", count: 70_000), "1}"] {
                try? writer.write(piece, name: path)
                usleep(1000)
            }
        }
        #expect(try FileDescriptor(opening: path, .read).readAll(limit: 1 << 20, name: path).count == 70_007)
    }

    @Test func everyFileIsClosedOnExec() throws {
        let path = try scratch.file("file")
        for mode in [FileDescriptor.Mode.read, .write, .readWithoutWaiting] {
            let file = try FileDescriptor(opening: path, mode)
            #expect(fcntl(file.number, F_GETFD) == FD_CLOEXEC, "\(mode)")
        }
    }

    @Test func aDescriptorIsClosedWhenItsOwnerGoes() throws {
        let path = try scratch.fifo("fifo")
        let reader = try FileDescriptor(opening: path, .readWithoutWaiting)
        try withWriter(path) {
            let error = #expect(throws: KernelError.self) { try reader.readAll(limit: 1, name: path) }
            #expect(error?.errno == .again)
        }
        // Without a writer there is an end.
        #expect(try reader.readAll(limit: 1, name: path) == [])
    }

    @Test func openingAFIFOWithoutAWriterDoesNotHang() throws {
        let path = try scratch.fifo("fifo")
        let ended = ends {
            do {
                let content = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 10, name: path)
                #expect(content == [])
            } catch { Issue.record(error) }
        }
        #expect(ended)
    }

    @Test func whatCannotBeOpenedIsNamed() throws {
        _ = try scratch.file("file")
        let refusals: [(FileDescriptor.Mode, String, Errno)] = [
            (.read, "/missing", .noEntry), (.write, "/missing", .noEntry), (.readWithoutWaiting, "/missing", .noEntry),
            (.read, "/file/below", Errno(rawValue: ENOTDIR)), (.write, "", Errno(rawValue: EISDIR)),
        ]
        for (mode, name, errno) in refusals {
            let path = scratch.path + name
            let error = #expect(throws: KernelError.self) { _ = try FileDescriptor(opening: path, mode) }
            #expect(error == KernelError("open \(path)", errno))
        }
    }

    @Test func aRefusedWriteSaysWhatAndWhy() throws {
        let error = #expect(throws: KernelError.self) {
            try FileDescriptor(opening: "/dev/full", .write).write("x", name: "the log")
        }
        #expect(error?.description == "cannot write to the log: No space left on device (ENOSPC)")
    }

    @Test func readingADirectoryIsAnError() throws {
        let error = #expect(throws: KernelError.self) {
            try FileDescriptor(opening: scratch.path, .read).readAll(limit: 10, name: "the folder")
        }
        #expect(error?.description == "cannot read the folder: Is a directory (EISDIR)")
    }

    private func withWriter(_ path: String, _ body: () throws -> Void) throws {
        let writer = try FileDescriptor(opening: path, .write)
        try body()
        _ = writer.number
    }

    @Test func aFileIsReadAgainFromItsBeginning() throws {
        let path = try scratch.file("numbers", Array("17".utf8))
        let file = try FileDescriptor(opening: path, .read)
        #expect(try file.readAll(limit: 10, name: path) == Array("17".utf8))
        #expect(try file.readAll(limit: 10, name: path) == [])
        try file.rewind(name: path)
        #expect(try file.readAll(limit: 10, name: path) == Array("17".utf8))
    }
}
