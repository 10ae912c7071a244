import Foundation

/// Where a service says that it is ready, as `sd_notify(3)` has it.
final class ReadinessSocket {
    let path = "/run/bench/ready"
    private let descriptor: Int32
    /// In seconds; longer than anything takes.
    private static let patience = 30

    init() throws {
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        var timeout = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let failure = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard failure == 0 else {
            throw BenchmarkError(description: "cannot listen at \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func wait() throws {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let size = recv(descriptor, &bytes, bytes.count, 0)
            guard size > 0 else { throw BenchmarkError(description: "it does not become ready") }
            let lines = String(decoding: bytes.prefix(size), as: UTF8.self).split(separator: "\n")
            if lines.contains("READY=1") { return }
        }
    }
}
