import JSON
import LinuxSystem
import LinuxTools

/// The Docker daemon of this host, as far as hooks depend on it.
public struct DockerDaemon: Hashable, Sendable {
    /// 28 for version `28.0.4`.
    public var majorVersion: Int
    /// Whether containers can be given CDI devices, one of which brings our hook.
    public var hasCDI: Bool
    /// The OCI runtime for containers that name none.
    public var defaultRuntime: String

    public init(majorVersion: Int, hasCDI: Bool, defaultRuntime: String) {
        self.majorVersion = majorVersion
        self.hasCDI = hasCDI
        self.defaultRuntime = defaultRuntime
    }

    /// Whether the process in its PID file is there, runs `dockerd`, and is root's.
    package static var isRunning: Bool {
        guard let text = HookInstallation.text(of: "/run/docker.pid"), let id = Int32(text.filter { $0.isNumber })
        else {
            return false
        }
        return ProcessOrigin.isRoots(id, program: "dockerd")
    }

    static let socket = "/run/docker.sock"

    /// The version that the running daemon tells; nil if none answers or this user may not ask.
    package static var version: String? { isRunning ? ask(socket, "/version")?["Version"]?.string : nil }

    /// Asks the daemon; nil if none answers or this user may not ask.
    static func observe(_ socket: String = socket) -> DockerDaemon? {
        guard let version = ask(socket, "/version")?["Version"]?.string, let information = ask(socket, "/info"),
            let major = Int(version.prefix { $0 != "." })
        else { return nil }
        return DockerDaemon(
            majorVersion: major, hasCDI: information["CDISpecDirs"]?.elements?.isEmpty == false,
            defaultRuntime: information["DefaultRuntime"]?.string ?? "runc")
    }

    /// Gets one path of its API, <https://docs.docker.com/reference/api/engine/>; nil on any failure.
    static func ask(_ socket: String, _ path: String) -> JSON? {
        // HTTP 1.0 has no chunks; the body ends with the connection: RFC 1945 section 7.2.2.
        let request = "GET \(path) HTTP/1.0\r\nHost: docker\r\n\r\n"
        do {
            return body(try UnixSocket.ask(socket, request, limit: 1 << 22))
        } catch { return nil }
    }

    /// The JSON in a response's body; nil for any status but 200.
    static func body(_ response: [UInt8]) -> JSON? {
        do {
            guard let reply = try HTTPReply(response), reply.status == 200 else { return nil }
            return try JSON(parsing: reply.body)
        } catch { return nil }
    }
}
