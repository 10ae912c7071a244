import Foundation

/// A throw-away host: network, mount and pid namespaces of its own, with an empty /run.
///
/// What is made inside dies with it, also when the test is killed: its first process waits for the end of a pipe from
/// this one, and the kernel ends the others with it. The machine's own network is never touched.
public final class Sandbox {
    private let holder = Process()
    private let lifeline = Pipe()
    private let pid: String

    /// `prepare` is a script that runs inside, before anything else, as the first process's child.
    public init(prepare: String = "mount -t tmpfs tmpfs /run") throws {
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        holder.arguments = [
            "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private", "bash", "-c",
            "set -e\n\(prepare)\nip link set lo up\necho ready\nexec cat >/dev/null",
        ]
        let answer = Pipe()
        holder.standardInput = lifeline
        holder.standardOutput = answer
        try holder.run()
        let ready = answer.fileHandleForReading.availableData
        let children = "/proc/\(holder.processIdentifier)/task/\(holder.processIdentifier)/children"
        pid = (try? String(contentsOfFile: children, encoding: .utf8))?.split(separator: " ").first.map(String.init) ?? ""
        guard String(decoding: ready, as: UTF8.self).hasPrefix("ready"), !pid.isEmpty else {
            throw CommandFailure(
                command: ["unshare"], output: Output(status: -1, out: "", err: "the sandbox did not start; is this root?"))
        }
    }

    deinit {
        try? lifeline.fileHandleForWriting.close()
        holder.waitUntilExit()
    }

    /// Runs a bash script inside, which stops at its first failure.
    ///
    /// - Throws: `CommandFailure` if it ends otherwise than with 0.
    @discardableResult
    public func run(_ script: String, input: String = "", environment: [String: String] = [:]) throws -> Output {
        let output = try attempt(script, input: input, environment: environment)
        guard output.status == 0 else { throw CommandFailure(command: [script], output: output) }
        return output
    }

    /// Runs a bash script inside; how it ends is for the caller to judge.
    public func attempt(_ script: String, input: String = "", environment: [String: String] = [:]) throws -> Output {
        try Shell.run(
            ["nsenter", "-t", pid, "-m", "-n", "-p", "--wd=/", "--", "bash", "-euo", "pipefail", "-c", script],
            input: Data(input.utf8), environment: environment)
    }
}
