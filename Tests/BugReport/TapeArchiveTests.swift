import Foundation
import Laboratory
import Testing

@testable import BugReport

@Suite struct TapeArchiveTests {
    private static let sizes = [0, 1, 511, 512, 513, 100_000]

    private func archive() throws -> (Scratch, String) {
        var archive = TapeArchive(time: 1_700_000_000)
        for size in Self.sizes { archive.add("folder/\(size).txt", [UInt8](repeating: 120, count: size)) }
        let scratch = try Scratch()
        return (scratch, try scratch.file("archive.tar", archive.bytes))
    }

    @Test func tarUnpacksIt() throws {
        let (scratch, path) = try archive()
        let listed = try Shell.runSuccessfully(["tar", "-tvf", path], environment: ["TZ": "UTC"])
        #expect(listed.err.isEmpty)
        let lines = listed.out.split(separator: "\n")
        #expect(lines.count == Self.sizes.count)
        #expect(lines.allSatisfy { $0.hasPrefix("-rw------- 0/0 ") && $0.contains(" 2023-11-14 22:13 ") }, "\(lines)")
        try Shell.runSuccessfully(["tar", "-xf", path, "-C", scratch.path])
        for size in Self.sizes {
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/folder/\(size).txt"))
            #expect(content == Data(repeating: 120, count: size))
        }
    }

    @Test func pythonReadsIt() throws {
        let (scratch, path) = try archive()
        let script = "import sys, tarfile; print([m.size for m in tarfile.open(sys.argv[1]).getmembers()])"
        let said = try Shell.runSuccessfully(["python3", "-c", script, path])
        #expect(said.text == "\(Self.sizes)")
        withExtendedLifetime(scratch) {}
    }
}
