import Foundation

/// Runs `body` in a network namespace that is made for it, on a thread of its own, which takes the namespace with it.
///
/// Threads of Swift's pool must not enter one: other tests would find themselves there.
public func inNamespace<Result: Sendable>(_ setup: String = "", _ body: @escaping @Sendable () throws -> Result) throws
    -> Result
{
    try onOwnThread {
        guard unshare(newNetwork) == 0 else { throw POSIXError(.EPERM) }
        _ = try shell("ip link set lo up\n" + setup)
        return try body()
    }
}

/// Runs `body` in the network namespace at `path`, on a thread of its own.
func inNamespace<Result: Sendable>(path: String, _ body: @escaping @Sendable () throws -> Result) throws -> Result {
    try onOwnThread {
        let namespace = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(namespace) }
        guard namespace >= 0, setns(namespace, newNetwork) == 0 else { throw POSIXError(.EPERM) }
        return try body()
    }
}

private func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    let box = Box<Result>()
    let ended = DispatchSemaphore(value: 0)
    Thread {
        box.result = Swift.Result { try body() }
        ended.signal()
    }.start()
    ended.wait()
    guard let result = box.result else { throw POSIXError(.ECANCELED) }
    return try result.get()
}

/// `CLONE_NEWNET`, which Glibc's module hides behind _GNU_SOURCE with the two functions below.
private let newNetwork: Int32 = 0x4000_0000

@_silgen_name("unshare") private func unshare(_ flags: Int32) -> Int32
@_silgen_name("setns") private func setns(_ descriptor: Int32, _ type: Int32) -> Int32

/// Written by one thread before the other reads.
private final class Box<Value>: @unchecked Sendable {
    var result: Swift.Result<Value, any Error>?
}

/// Runs a script in the calling thread's namespace and returns what it prints.
@discardableResult
public func shell(_ script: String, input: String = "") throws -> String {
    let output = try Shell.run(["bash", "-euo", "pipefail", "-c", script], input: Data(input.utf8))
    guard output.status == 0 else { throw CommandFailure(command: [script], output: output) }
    return output.out
}
