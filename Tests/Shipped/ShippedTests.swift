import Foundation
import Laboratory
import Testing

@testable import answers

/// What ships is what is tested: the hot path's programs are Embedded Swift with a C library and an allocator of their own, while
/// tests run as ordinary Swift. So both answer the same table of questions (Tests/Answers), and say the same.
@Suite struct ShippedTests {
    private static let shipped = Result { try build() }

    /// As install/build.sh builds the programs, beside them.
    private static func build() throws -> [String] {
        let scratch = Shell.packageFolder + "/.build/embedded"
        let own = ProcessInfo.processInfo.environment
        try Shell.runSuccessfully(
            [
                "swift", "build", "--package-path", Shell.packageFolder, "-c", "release", "--scratch-path", scratch,
                "--only-use-versions-from-resolved-file", "--disable-local-rpath", "--product", "answers",
            ], environment: ["EVENKEEL_EMBEDDED": "1", "PATH": own["PATH"] ?? "", "HOME": own["HOME"] ?? "/root"])
        let answers = try Shell.runSuccessfully([scratch + "/release/answers"])
        return answers.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func theShippedBuildAnswersAsTheTestedOne() throws {
        let (shipped, tested) = (try Self.shipped.get(), answers())
        #expect(shipped.count == tested.count && tested.count > 2000)
        // By bytes: two texts that look alike are equal to `==`.
        for (shipped, tested) in zip(shipped, tested) {
            #expect(Array(shipped.utf8) == Array(tested.utf8), "\(shipped)")
        }
    }
}
