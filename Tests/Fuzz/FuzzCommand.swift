import ArgumentParser
import CLibFuzzer
import Foundation

/// `evenkeel-fuzz`
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evenkeel-fuzz",
        abstract: "Feeds made-up inputs to everything that reads what nobody vouches for.",
        discussion: """
            libFuzzer changes the inputs of Tests/Fuzz/corpus and keeps those that reach new code. An input fails if it \
            ends the program, breaks what must hold of every input (such as: what is printed is read back the same), \
            takes a second of processor time, or takes more than 64 MB. libFuzzer and AddressSanitizer are in the build \
            that .ci/fuzz makes:

              .ci/fuzz                              builds it, then every target for a few seconds
              .ci/fuzz --inputs 1000000             builds it, then so many inputs to each target
              .ci/fuzz --target toml --seconds 600 --seed 7

            The same seed, target, corpus and program make the same inputs. A failing input is left in a file whose name \
            is printed. Run it again alone, also with the ordinary build, in which a debugger is of more use:

              .ci/fuzz --target toml .build/fuzz/failures/toml-crash-0123
              swift run evenkeel-fuzz --target toml .build/fuzz/failures/toml-crash-0123

            Then mend the fault, write a unit test for it, and move the file to Tests/Fuzz/corpus/toml.

            --keep FOLDER keeps inputs that reach new code, for the next run with the same FOLDER. \
            .ci/sanitize runs the unit tests with the same sanitizers.
            """)

    @Option(help: ArgumentHelp("Only this target; may be repeated.", valueName: "name"))
    var target: [String] = []

    @Option(help: ArgumentHelp("How many inputs to each target.", valueName: "number"))
    var inputs: Int?

    @Option(help: ArgumentHelp("How long each target, if --inputs does not end it before.", valueName: "number"))
    var seconds: Int?

    @Option(help: ArgumentHelp("Chooses the inputs; 0: others in each run.", valueName: "number"))
    var seed: UInt32 = 1

    @Option(help: ArgumentHelp("Keep inputs that reach new code here.", valueName: "folder"), completion: .directory)
    var keep: String?

    @Option(help: ArgumentHelp("Leave failing inputs here.", valueName: "folder"), completion: .directory)
    var failures = ".build/fuzz/failures"

    @Flag(help: "Print what libFuzzer says.")
    var verbose = false

    @Flag(help: "List the targets.")
    var list = false

    @Argument(help: ArgumentHelp("Inputs to run again, of the one target.", valueName: "file"), completion: .file())
    var files: [String] = []

    func validate() throws {
        if let unknown = target.first(where: { FuzzTarget.named($0) == nil }) {
            throw ValidationError("there is no target \(unknown); --list lists them")
        }
        if !files.isEmpty, target.count != 1 { throw ValidationError("name the one --target that reads the files") }
        if list || !files.isEmpty { return }
        guard has_libfuzzer() else {
            throw ValidationError("this build has no libFuzzer and can only run files again; use .ci/fuzz")
        }
        guard inputs != nil || seconds != nil else {
            throw ValidationError("say where to end: --inputs or --seconds")
        }
    }

    func run() throws {
        if list {
            for target in FuzzTarget.all { print("\(target.name): \(target.input)") }
            return
        }
        let targets = target.isEmpty ? FuzzTarget.all : target.compactMap { FuzzTarget.named($0) }
        if let first = targets.first, !files.isEmpty { return try replay(first) }
        let scratch = NSTemporaryDirectory() + "evenkeel-fuzz-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var faulty: [String] = []
        for target in targets where try !campaign(target, keep ?? scratch).run() { faulty.append(target.name) }
        guard !faulty.isEmpty else { return }
        for name in faulty {
            complain("target \(name) failed. Its input is named above; run it again: .ci/fuzz --target \(name) FILE")
        }
        throw ExitCode(1)
    }

    private func campaign(_ target: FuzzTarget, _ keep: String) throws -> Campaign {
        for folder in ["\(keep)/\(target.name)", failures] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        return Campaign(
            target: target, seed: seed, inputs: inputs, seconds: seconds, keep: keep, failures: failures,
            isVerbose: verbose)
    }

    private func replay(_ target: FuzzTarget) throws {
        Expense.watch()
        for file in files {
            let input = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
            Expense.measure { target.check(input) }
            print("\(file): holds")
        }
    }

    private func complain(_ text: String) { FileHandle.standardError.write(Data("evenkeel-fuzz: \(text)\n".utf8)) }
}
