import Foundation

/// The watcher beside an engine.
enum Watched {
    /// Where it is on a host; nothing starts it unless told to.
    static let program = "/usr/local/libexec/evenkeel/evenkeel-watch"

    /// Starts it, and a namespace of nobody's engine, which it must leave alone.
    static let start = "bystander; watcher\n"

    /// How often an engine does what it does: `EVENKEEL_ROUNDS`, or 5.
    static let rounds = ProcessInfo.processInfo.environment["EVENKEEL_ROUNDS"].flatMap { Int($0) } ?? 3
}
