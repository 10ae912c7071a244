import Foundation

/// A folder for one test, gone with its owner.
public final class Scratch {
    public let path = NSTemporaryDirectory() + "/evenkeel-test-" + UUID().uuidString

    public init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String, _ content: [UInt8] = []) throws -> String {
        let path = self.path + "/" + name
        try Data(content).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A copy of a program. This process never has it open for writing: a child that another thread starts meanwhile would, too,
    /// and the kernel executes no file that is open for writing.
    @discardableResult
    public func program(_ name: String, copiedFrom source: String, _ mode: mode_t) throws -> String {
        let path = self.path + "/" + name
        _ = try Shell.runSuccessfully(["cp", source, path])
        guard chmod(path, mode) == 0 else { throw POSIXError(.EPERM) }
        return path
    }

    public func folder(_ name: String) throws -> String {
        let path = self.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    public func fifo(_ name: String) throws -> String {
        let path = self.path + "/" + name
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        return path
    }

    public func link(_ name: String, to target: String) throws -> String {
        let path = self.path + "/" + name
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        return path
    }
}

/// Whether `body` comes to an end within ten seconds; a thread that hangs is left behind.
public func ends(_ body: @escaping @Sendable () -> Void) -> Bool {
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        body()
        ended.signal()
    }
    return ended.wait(timeout: .now() + 10) == .success
}
