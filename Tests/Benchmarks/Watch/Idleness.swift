import Foundation

/// What a watcher costs while nothing happens.
struct Idleness: Codable, Equatable {
    /// In seconds.
    static let time = 10

    /// Of processor time, hundredths of a second.
    let ticks: Int
    let contextSwitches: Int
    /// In KiB.
    let memory: Int

    init(of pid: pid_t) throws {
        // What the start has left to do.
        sleep(2)
        let before = try Self.counts(of: pid)
        sleep(UInt32(Self.time))
        let after = try Self.counts(of: pid)
        (ticks, contextSwitches) = (after.ticks - before.ticks, after.switches - before.switches)
        memory = try Self.status("VmRSS", of: pid)
    }

    private static func counts(of pid: pid_t) throws -> (ticks: Int, switches: Int) {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // Behind the name, which may hold anything, come the state and 10 numbers, then those of user and system.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            throw BenchmarkError(description: "/proc/\(pid)/stat is not as proc_pid_stat(5) has it")
        }
        return (user + system, try status("voluntary_ctxt_switches", of: pid))
    }

    private static func status(_ name: String, of pid: pid_t) throws -> Int {
        let lines = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8).split(separator: "\n")
        let words = lines.first { $0.hasPrefix(name + ":") }?.split(whereSeparator: { " \t".contains($0) })
        guard let words, words.count > 1, let number = Int(words[1]) else {
            throw BenchmarkError(description: "/proc/\(pid)/status has no \(name)")
        }
        return number
    }
}
