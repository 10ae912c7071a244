import Laboratory
import Testing

/// What the hot path's programs have in place of other libraries' functions (Sources/CLean), beside those functions. Only the
/// Embedded build links it, so programs in C are made of it here.
@Suite struct StandInTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Compiles sources of the package, with warnings as errors, and runs the result.
    private func run(_ sources: [String], libraries: [String] = [], arguments: [String] = []) throws -> Output {
        let program = "\(folder.path)/\(sources.count)"
        let compile = ["cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-o", program]
        // The compiler's own idea of malloc and of a fortified function would leave half of the calls out.
        let plain = ["-fno-builtin", "-U_FORTIFY_SOURCE", "-I\(Shell.packageFolder)/Sources/CLean/include"]
        let files = sources.map { "\(Shell.packageFolder)/\($0)" }
        let output = try Shell.run(compile + plain + files + libraries)
        try #require(output.status == 0, "\(output.err)")
        return try Shell.run([program] + arguments)
    }

    @Test func messagesAreThoseOfLibmnl() throws {
        let theirs = try run(["Tests/CLean/messages.c"], libraries: ["-lmnl"])
        let ours = try run(["Tests/CLean/messages.c", "Sources/CLean/libmnl.c"])
        #expect(theirs.status == 0 && ours.status == 0)
        #expect(theirs.out.utf8.count > 500_000)
        #expect(theirs.out == ours.out)
    }

    @Test func memoryKeepsWhatIsInIt() throws {
        let output = try run(["Tests/CLean/memory.c", "Sources/CLean/allocation.c"])
        #expect(output.text == "well", "\(output.err)")
    }

    @Test func errorsHaveTheirNamesAndTextsTheirLength() throws {
        let theirs = try run(["Tests/CLean/glibc.c"])
        let sources = ["Tests/CLean/glibc.c", "Sources/CLean/glibc.c"]
        #expect(try run(sources).out == theirs.out)
        for tooMuch in [["x"], ["x", "x"]] {
            let output = try run(sources, arguments: tooMuch)
            #expect(output.status > 128 && output.out == theirs.out)
        }
    }
}
