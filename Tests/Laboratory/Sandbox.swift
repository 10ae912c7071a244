import Foundation

/// A throw-away host: network, mount and pid namespaces of its own, with an empty /run.
///
/// What is made inside dies with it, also when the test is killed: its first process waits for the end of a pipe from
/// this one, and the kernel ends the others with it. The machine's own network is never touched.
public final class Sandbox {
    private let holder: Child
    /// The end of the pipe whose closing ends the sandbox.
    private let lifeline: Int32
    private let pid: String

    /// `prepare` is a script that runs inside, before anything else, as the first process.
    public init(prepare: String = "mount -t tmpfs tmpfs /run") throws {
        let (waiting, lifeline) = try Child.pipe()
        let (answer, answering) = try Child.pipe()
        defer { [waiting, answer].forEach { close($0) } }
        let script = "set -e\n\(prepare)\nip link set lo up\necho ready\nexec cat >/dev/null"
        let namespaces = [
            "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
        ]
        holder = try Child(
            ["unshare"] + namespaces + ["bash", "-c", script], input: .descriptor(waiting),
            output: .descriptor(answering))
        self.lifeline = lifeline
        close(answering)
        var byte: UInt8 = 0
        let isReady = read(answer, &byte, 1) == 1
        let children = "/proc/\(holder.pid)/task/\(holder.pid)/children"
        pid =
            (try? String(contentsOfFile: children, encoding: .utf8))?.split(separator: " ").first.map(String.init) ?? ""
        guard isReady, !pid.isEmpty else {
            throw CommandFailure(
                command: ["unshare"],
                output: Output(status: -1, out: "", err: "the sandbox did not start; is this root?"))
        }
    }

    deinit {
        close(lifeline)
        _ = holder.wait()
    }

    /// By which its files are seen from outside.
    public var root: String { "/proc/\(pid)/root" }

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
            ["nsenter", "-t", pid, "-m", "-n", "-p", "--wdns=/", "--", "bash", "-euo", "pipefail", "-c", script],
            input: Data(input.utf8), environment: environment)
    }

    /// Runs `body` in the sandbox's network namespace, on a thread of its own.
    public func inItsNetwork<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        try inNamespace(path: "/proc/\(pid)/ns/net", body)
    }
}
