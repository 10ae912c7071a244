import Foundation
import Laboratory
import LinuxSystem
import Testing

@Suite struct OwnProcessTests {
    @Test(arguments: [0, 1, 2, 255])
    func theStatusOfTheChildIsTheBodys(status: Int32) throws {
        #expect(try OwnProcess.inChild { status } == status)
    }

    /// By a signal that the threads of tests cannot have blocked.
    @Test func aChildThatIsKilledHasTheStatusThatShellsGive() throws {
        let status = try OwnProcess.inChild {
            kill(getpid(), SIGKILL)
            return 0
        }
        #expect(status == 128 + SIGKILL)
    }

    @Test func whatTheChildDoesTheParentDoesNot() throws {
        let scratch = try Scratch()
        let before = FileManager.default.currentDirectoryPath
        var value = 1
        let status = try OwnProcess.inChild {
            value = 2
            return chdir(scratch.path) == 0 && getpid() != getppid() ? 7 : 8
        }
        #expect(status == 7 && value == 1)
        #expect(FileManager.default.currentDirectoryPath == before)
    }

    @Test func itsArgumentsBeginWithItsName() throws {
        let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/cmdline"))
        let words = line.split(separator: 0, omittingEmptySubsequences: false).dropLast()
        #expect(OwnProcess.arguments == words.map { String(decoding: $0, as: UTF8.self) })
    }

    /// A failure to execute returns, and the process goes on as what it was.
    @Test func whatCannotBeExecutedIsSaid() throws {
        let scratch = try Scratch()
        let path = try scratch.file("no-program")
        let status = try OwnProcess.inChild {
            let refusals = [(path, Errno.accessDenied), (path + "-missing", .noEntry)]
            return refusals.allSatisfy { OwnProcess.execute($0.0) == KernelError("execute \($0.0)", $0.1) } ? 7 : 8
        }
        #expect(status == 7)
    }
}

@Suite struct ExecutableFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func aProgramIsAFileThatMayBeExecuted() throws {
        let program = try scratch.file("program", Array("#!/bin/sh\n".utf8))
        #expect(!ExecutableFile.isExecutable(program))
        chmod(program, 0o755)
        #expect(ExecutableFile.isExecutable(program))
        #expect(ExecutableFile.isExecutable(try scratch.link("link", to: program)))
        #expect(!ExecutableFile.isExecutable(scratch.path))
        #expect(!ExecutableFile.isExecutable(scratch.path + "/missing"))
        #expect(!ExecutableFile.isExecutable(try scratch.link("nowhere", to: "/missing")))
        #expect(!ExecutableFile.isExecutable(""))
    }

    @Test func itsOwnProgramIsFoundUnderEveryName() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        #expect(ExecutableFile.isOwn(own))
        #expect(ExecutableFile.isOwn(try scratch.link("link", to: own)))
        #expect(!ExecutableFile.isOwn("/bin/sh"))
        #expect(!ExecutableFile.isOwn(scratch.path + "/missing"))
    }
}

@Suite struct UserNamespaceTests {
    @Test func onlyOutsideTheInitialOneThereIsAnOuterUser() throws {
        let map = try String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)
        let words = map.split(separator: "\n").first?.split(separator: " ").map(String.init) ?? []
        let outer = words == ["0", "0", "4294967295"] ? nil : words.dropFirst().first.flatMap { UInt32($0) }
        #expect(UserNamespace.outerUser() == outer)
    }
}
