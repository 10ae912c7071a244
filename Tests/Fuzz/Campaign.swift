import CLibFuzzer
import Foundation

/// A run of libFuzzer over one target.
struct Campaign {
    let target: FuzzTarget
    var seed: UInt32
    var inputs: Int?
    var seconds: Int?
    /// The folder for inputs that reach code which none before has reached. Those that are there already are tried first.
    var keep: String
    /// The folder for inputs that fail.
    var failures: String
    var isVerbose: Bool

    /// The longest input, in bytes. A part of the kernel's datagrams, and more than any list or policy.
    private static let longestInput = 16384

    /// What libFuzzer calls has no place for it.
    nonisolated(unsafe) private static var current: FuzzTarget?

    /// Whether every input held.
    func run() -> Bool {
        Self.current = target
        var arguments = [
            "evenkeel-fuzz", "-seed=\(seed)", "-max_len=\(Self.longestInput)", "-verbosity=\(isVerbose ? 1 : 0)",
            "-print_funcs=0",
            "-artifact_prefix=\(failures)/\(target.name)-",
            // The limit is Expense's, of processor time. This is for an input that sleeps.
            "-timeout=60",
        ]
        if let inputs { arguments.append("-runs=\(inputs)") }
        if let seconds { arguments.append("-max_total_time=\(seconds)") }
        if let dictionary = target.dictionary { arguments.append("-dict=\(Place.dictionaries)/\(dictionary)") }
        // libFuzzer writes to the first folder.
        arguments += [keep, Place.corpus].map { "\($0)/\(target.name)" }
        var pointers = arguments.map { strdup($0) } + [nil]
        fflush(nil)
        defer { pointers.forEach { free($0) } }
        return run_libfuzzer(Int32(arguments.count), &pointers) { bytes, count in
            if Expense.inputs == 0 { Campaign.begin() }
            let input = Array(UnsafeBufferPointer(start: bytes, count: count))
            Expense.measure { Campaign.current?.check(input) }
            return 0
        }
    }

    /// In the process of libFuzzer, which says nothing of costs and ends without returning.
    private static func begin() {
        Expense.watch()
        atexit {
            let (longest, peak) = (Expense.longest * 1000, Double(Expense.greatestPeak) / 1e6)
            print(
                "\(Campaign.current?.name ?? ""): \(Expense.inputs) inputs held,",
                String(format: "each within %.0f ms and %.1f MB", longest.rounded(.up), peak))
            fflush(nil)
        }
    }
}

/// Where this package's files are.
enum Place {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    static let corpus = "\(folder)/corpus"
    static let dictionaries = "\(folder)/dictionaries"
}
