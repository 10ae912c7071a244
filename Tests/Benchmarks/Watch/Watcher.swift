import Foundation
import Laboratory

/// What is compared: programs that watch the containers' network namespaces.
enum Watcher: String, CaseIterable, Codable {
    case product = "evenkeel-watch"
    case reference = "C"

    var path: String {
        switch self {
        case .product: Shell.programs + "/evenkeel-watch"
        case .reference: Shell.packageFolder + "/.build/benchmark/watch"
        }
    }

    /// Runs it, and `body` as soon as it has looked at all containers; then kills it. A later one knows nothing of this one.
    func run<Value>(_ body: (pid_t) throws -> Value) throws -> Value {
        let readiness = try ReadinessSocket()
        var command = Command(path: path, environment: ["NOTIFY_SOCKET": readiness.path])
        command.error = "/run/bench/\(rawValue).log"
        command.status = 128 + SIGKILL
        let execution = try Execution(command)
        let outcome = Result {
            try readiness.wait()
            return try body(execution.pid)
        }
        kill(execution.pid, SIGKILL)
        do { _ = try execution.wait() } catch {
            let said = try? String(contentsOfFile: command.error, encoding: .utf8)
            throw BenchmarkError(description: "\(error): \(said?.suffix(2000) ?? "")")
        }
        return try outcome.get()
    }
}
