import Foundation
import Laboratory

/// What the helper programs do to those that are watched, in nanoseconds.
enum Upset {
    /// Second default routes in that many namespaces, one after the other, beginning with that one: until each was safe.
    static func inTurn(_ count: Int, from first: Int) throws -> [UInt64] {
        try run("upset", "turns", "\(count)", "\(first)")
    }

    /// In all of so many at once: until all were safe.
    static func atOnce(_ count: Int) throws -> [UInt64] { try run("upset", "crowd", "\(count)") }

    /// In all of so many while nobody watches: until all were safe after the watcher was started.
    static func whileDead(_ count: Int, _ watcher: Watcher) throws -> [UInt64] {
        try run("upset", "restart", "\(count)", watcher.path)
    }

    /// Puts so many back.
    static func undo(_ count: Int) throws {
        _ = try run("upset", "back", "\(count)")
        // What the kernel still has to free is not the next one's to wait for.
        usleep(300_000)
    }

    /// Flushes the host's ruleset: until the product's table was there again.
    static func flush(_ count: Int) throws -> [UInt64] { try run("flush", "\(count)") }

    private static func run(_ program: String, _ arguments: String...) throws -> [UInt64] {
        let (file, errors) = ("/run/bench/times", "/run/bench/\(program).log")
        var command = Command(path: "\(Shell.packageFolder)/.build/benchmark/\(program)", arguments: [file] + arguments)
        command.error = errors
        do { try Execution.run(command) } catch {
            throw BenchmarkError(description: "\(error): \(try String(contentsOfFile: errors, encoding: .utf8))")
        }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { UInt64($0) }
    }
}
