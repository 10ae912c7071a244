import Foundation
import Laboratory
import Testing

@testable import LinuxSystem

/// Who a process says something for. Needs root, who alone can start processes of other users.
@Suite(.enabled(if: getuid() == 0)) struct ProcessOriginTests {
    private static let user: UInt32 = 65534

    @Test func rootsProgramSpeaksForAll() throws {
        let scratch = try Scratch()
        let origin = try Sleeper(try copy(in: scratch)).origin
        #expect(origin.program == "conmon" && origin.user == 0)
        #expect(origin.speaks(for: 0) && origin.speaks(for: Self.user))
    }

    @Test func anOrdinaryUsersSpeaksForThatUserAlone() throws {
        let scratch = try Scratch()
        let path = try copy(in: scratch)
        let origin = try Sleeper(path, of: Self.user).origin
        #expect(origin.program == "conmon" && origin.user == Self.user)
        #expect(origin.speaks(for: Self.user) && !origin.speaks(for: 0) && !origin.speaks(for: 1000))
        let own = try Sleeper(path, of: Self.user)
        #expect(!ProcessOrigin.isRoots(own.id, program: "conmon"))
    }

    /// Whoever may write to the file chooses what root runs.
    @Test(arguments: [0o775, 0o757, 0o777]) func whatOthersMayWriteToIsNotRoots(mode: Int) throws {
        let scratch = try Scratch()
        #expect(try !Sleeper(copy(in: scratch, mode)).origin.speaks(for: 0))
    }

    @Test func whatAnOrdinaryUserOwnsIsNotRoots() throws {
        let scratch = try Scratch()
        let path = try copy(in: scratch)
        #expect(chown(path, Self.user, Self.user) == 0)
        #expect(try !Sleeper(path).origin.speaks(for: 0))
    }

    /// Its first argument, its name and a link are anybody's choice.
    @Test func theNameIsTheFiles() throws {
        let scratch = try Scratch()
        let link = try scratch.link("conmon", to: "/bin/sleep")
        let origin = try Sleeper(link).origin
        #expect(origin.program == "sleep" && origin.speaks(for: 0))
        let sleeper = try Sleeper(link)
        #expect(!ProcessOrigin.isRoots(sleeper.id, program: "conmon"))
    }

    @Test func aProgramThatWasReplacedKeepsItsName() throws {
        let scratch = try Scratch()
        let path = try copy(in: scratch)
        let sleeper = try Sleeper(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(try sleeper.origin.program == "conmon" && sleeper.origin.speaks(for: 0))
        #expect(ProcessOrigin.isRoots(sleeper.id, program: "conmon"))
    }

    /// An ordinary user starts such a program, which may also be reached by a name of that user's.
    @Test func aSetUserIDProgramSpeaksForNobody() throws {
        let scratch = try Scratch()
        let sleeper = try Sleeper(copy(in: scratch, 0o4755), of: Self.user)
        #expect(
            try sleeper.origin.user == nil && !sleeper.origin.speaks(for: 0) && !sleeper.origin.speaks(for: Self.user))
    }

    @Test(arguments: [
        ("/usr/bin/conmon", "conmon"), ("/nix/store/x-podman-5/bin/.podman-wrapped", "podman"),
        ("/conmon (deleted)", "conmon"),
        ("/bin/.conmon-wrapped (deleted)", "conmon"), ("/bin/.conmon", ".conmon"),
        ("/bin/conmon-wrapped", "conmon-wrapped"),
        ("/memfd:conmon", "memfd:conmon"), ("", ""),
    ])
    func theBaseNameTellsTheProgram(path: String, program: String) {
        #expect(ProcessOrigin.program(path) == program)
    }

    private func copy(in scratch: Scratch, _ mode: Int = 0o755) throws -> String {
        try scratch.program("conmon", copiedFrom: "/bin/sleep", mode_t(mode))
    }
}

/// A program that does nothing, until its owner goes.
private final class Sleeper {
    private let process: Companion

    /// `path` is a copy of sleep or a link to it.
    init(_ path: String, of user: UInt32 = 0) throws {
        process = try Companion(["setpriv", "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", path, "1000"])
        // Until then it is setpriv.
        for _ in 0..<10000 {
            if try String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8) == "\(path)\u{0}1000\u{0}" { return }
            usleep(1000)
        }
        throw POSIXError(.ETIMEDOUT)
    }

    var id: Int32 { process.id }

    var origin: ProcessOrigin { get throws { try ProcessOrigin(of: ProcessHandle(id)) } }
}
