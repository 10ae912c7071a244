import Laboratory
import Testing

/// What the hot path's programs have in place of other libraries' functions (Sources/CStaticRuntime), beside those functions. Only the
/// Embedded build links it, so programs in C are made of it here.
@Suite struct StandInTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private enum Library {
        /// Linked dynamically.
        case glibc
        /// Linked statically, at a random address, as the programs are.
        case musl
    }

    /// Compiles sources of the package, with warnings as errors; the program's path.
    private func make(_ sources: [String], with library: Library, options: [String] = []) throws -> String {
        let program = "\(folder.path)/\(sources.count)-\(library)"
        let compile = ["cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-o", program]
        // The compiler's own idea of malloc and of a fortified function would leave half of the calls out.
        let plain = ["-fno-builtin", "-U_FORTIFY_SOURCE", "-I\(Shell.packageFolder)/Sources/CStaticRuntime/include"]
        var files = sources.map { "\(Shell.packageFolder)/\($0)" }
        var linking = options
        if library == .musl {
            let machine = try Shell.run(["uname", "-m"]).text
            linking += ["-isystem", "/usr/include/\(machine)-linux-musl", "-fPIE", "-static-pie", "-nostdlib"]
            files.insert("/usr/lib/\(machine)-linux-musl/rcrt1.o", at: 0)
            files += ["/usr/lib/\(machine)-linux-musl/libc.a", "-lgcc"]
        }
        let output = try Shell.run(compile + plain + linking + files)
        try #require(output.status == 0, "\(output.err)")
        return program
    }

    private func run(_ sources: [String], libraries: [String] = []) throws -> Output {
        try Shell.run([try make(sources, with: .glibc, options: libraries)])
    }

    @Test func messagesAreThoseOfLibmnl() throws {
        let theirs = try Shell.run([
            make(["Tests/CStaticRuntime/messages.c"], with: .glibc, options: ["-Wl,--no-as-needed", "-lmnl"])
        ])
        let ours = try run(["Tests/CStaticRuntime/messages.c", "Sources/CStaticRuntime/libmnl.c"])
        #expect(theirs.status == 0 && ours.status == 0)
        #expect(theirs.out.utf8.count > 500_000)
        #expect(theirs.out == ours.out)
    }

    @Test func memoryKeepsWhatIsInIt() throws {
        let output = try run(["Tests/CStaticRuntime/memory.c", "Sources/CStaticRuntime/allocation.c"])
        #expect(output.text == "well", "\(output.err)")
    }

    @Test func errorsHaveTheirNames() throws {
        let theirs = try run(["Tests/CStaticRuntime/names.c"])
        #expect(try run(["Tests/CStaticRuntime/names.c", "Sources/CStaticRuntime/names.c"]).out == theirs.out)
    }

    @Test func randomBytesFillWhatTheyAreAskedForAndNoMore() throws {
        let output = try Shell.run([
            make(["Tests/CStaticRuntime/random.c", "Sources/CStaticRuntime/random.c"], with: .musl)
        ])
        #expect(output.text == "well", "\(output.err)")
    }

    /// Sources, and the library with which the sanitizers watch them.
    private static let watched: [([String], Library)] = [
        (["Tests/CStaticRuntime/messages.c", "Sources/CStaticRuntime/libmnl.c"], .glibc),
        (["Tests/CStaticRuntime/names.c", "Sources/CStaticRuntime/names.c"], .glibc),
        (["Tests/CStaticRuntime/memory.c", "Sources/CStaticRuntime/allocation.c"], .musl),
        (["Tests/CStaticRuntime/numbers.c", "Sources/CStaticRuntime/numbers.c"], .musl),
        (fortified, .musl),
    ]

    /// AddressSanitizer has an allocator of its own and needs glibc. UndefinedBehaviorSanitizer needs no library if it traps.
    @Test(arguments: watched)
    private func theSanitizersFindNothing(sources: [String], library: Library) throws {
        var options = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]
        if library == .glibc { options.append("-fsanitize=address") }
        let output = try Shell.run([try make(sources, with: library, options: options)])
        #expect(output.status == 0 && !output.out.isEmpty, "\(output.err)")
    }

    private static let fortified = [
        "Tests/CStaticRuntime/fortified.c", "Sources/CStaticRuntime/fortified.c",
        "Sources/CStaticRuntime/fortified-files.c",
    ]

    @Test func checkedFunctionsDoWhatThoseOfGlibcDo() throws {
        let theirs = try Shell.run([make(["Tests/CStaticRuntime/fortified.c"], with: .glibc)])
        let ours = try Shell.run([make(Self.fortified, with: .musl)])
        #expect(theirs.status == 0 && theirs.text.split(separator: "\n").count > 30)
        #expect(theirs.out == ours.out)
    }

    @Test func whatDoesNotFitEndsTheProgram() throws {
        let theirs = try make(["Tests/CStaticRuntime/fortified.c"], with: .glibc)
        let ours = try make(Self.fortified, with: .musl)
        for mistake in 1...30 {
            #expect(try Shell.run([theirs, "\(mistake)"]).status > 128, "glibc's at \(mistake)")
            #expect(try Shell.run([ours, "\(mistake)"]).status > 128, "\(mistake)")
        }
        #expect(try Shell.run([ours, "31"]).text == "no such mistake")
    }

    /// All that an archive made for this machine's glibc may call.
    @Test func theFamilyOfCheckedFunctionsIsWhole() throws {
        let machine = try Shell.run(["uname", "-m"]).text
        let options = [
            "-std=gnu17", "-c", "-I\(Shell.packageFolder)/Sources/CStaticRuntime/include",
            "-isystem", "/usr/include/\(machine)-linux-musl",
        ]
        let objects = try ["fortified", "fortified-files", "numbers"].map { name in
            let object = "\(folder.path)/\(name).o"
            let source = "\(Shell.packageFolder)/Sources/CStaticRuntime/\(name).c"
            let output = try Shell.run(["cc"] + options + ["-o", object, source])
            try #require(output.status == 0, "\(output.err)")
            return object
        }
        let theirs = try names(in: [try Shell.run(["cc", "-print-file-name=libc.a"]).text])
        let ours = try names(in: objects + ["/usr/lib/\(machine)-linux-musl/libc.a"])
        #expect(theirs.count > 50)
        #expect(theirs.subtracting(ours).sorted() == [])
    }

    /// Those of checked functions and of C23's, without those that Sources/CStaticRuntime/fortified.c excepts and those of a locale.
    private func names(in archives: [String]) throws -> Set<String> {
        let output = try Shell.run(["nm", "--defined-only", "--format=posix"] + archives)
        let names = output.text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        return Set(
            names.filter { name in
                let opensFile = ["__open_2", "__open64_2", "__openat_2", "__openat64_2"].contains(name)
                let isWide = name.contains("w") && name != "__getwd_chk" || name.contains("mbs")
                let isExcepted = ["___", "obstack", "longjmp", "__gets_chk"].contains { name.contains($0) }
                return (opensFile || name.hasPrefix("__isoc") || name.hasSuffix("_chk"))
                    && !isWide && !isExcepted && !name.hasSuffix("_l")
            })
    }

    @Test func binaryNumbersAreRead() throws {
        let program = try make(["Tests/CStaticRuntime/numbers.c", "Sources/CStaticRuntime/numbers.c"], with: .musl)
        #expect(
            try Shell.run([program]).text == """
                12 0 "x" c 0
                -31 0 "" ffffffffffffffe1 0
                5 0 "" 5 0
                -3 0 "z" fffffffffffffffd 0
                0 0 "b" 0 0
                0 0 "b2" 0 0
                0 0 "" 0 0
                9223372036854775807 1 "" 8000000000000000 0
                -9223372036854775808 0 "" 8000000000000000 0
                -9223372036854775808 1 "" ffffffffffffffff 1
                2 7 9
                """)
    }

    @Test func eachProcessHasACanaryOfItsOwnAndEndsWhereItIsWrittenOver() throws {
        let program = try make(["Tests/CStaticRuntime/stack.c"], with: .musl, options: ["-fstack-protector-strong"])
        let first = try Shell.run([program]).text, second = try Shell.run([program]).text
        #expect(first.utf8.count > 8 && second.utf8.count > 8 && first != second)
        let smashed = try Shell.run([program, "x"])
        #expect(smashed.status > 128 && smashed.out.isEmpty)
    }
}
