import JSON
import LinuxSystem
import LinuxTools

/// The Docker daemon of this host, as far as hooks depend on it.
public struct DockerDaemon: Hashable, Sendable {
    /// Its first number: 28 of `28.0.4`.
    public var majorVersion: Int
    /// Whether containers may ask for CDI devices, by which our hook comes in.
    public var hasCDI: Bool
    /// The runtime of containers that name none.
    public var defaultRuntime: String

    public init(majorVersion: Int, hasCDI: Bool, defaultRuntime: String) {
        self.majorVersion = majorVersion
        self.hasCDI = hasCDI
        self.defaultRuntime = defaultRuntime
    }

    /// By the number that it leaves in its file, and by the name of that process.
    static var isRunning: Bool {
        guard let text = HookInstallation.text(of: "/run/docker.pid"), let id = Int32(text.filter { $0.isNumber })
        else {
            return false
        }
        return HookInstallation.text(of: "/proc/\(id)/comm") == "dockerd\n"
    }

    static let socket = "/run/docker.sock"

    /// Nil where none answers, or where this user may not ask it.
    static func observe(_ socket: String = socket) -> DockerDaemon? {
        guard let version = ask(socket, "/version")?["Version"]?.string, let information = ask(socket, "/info"),
            let major = Int(version.prefix { $0 != "." })
        else { return nil }
        return DockerDaemon(
            majorVersion: major, hasCDI: information["CDISpecDirs"]?.elements?.isEmpty == false,
            defaultRuntime: information["DefaultRuntime"]?.string ?? "runc")
    }

    /// One answer of its API, <https://docs.docker.com/reference/api/engine/>.
    static func ask(_ socket: String, _ path: String) -> JSON? {
        // With version 1.0 of HTTP the body comes in one piece and ends with the connection: RFC 1945 section 7.2.2.
        let request = "GET \(path) HTTP/1.0\r\nHost: docker\r\n\r\n"
        do {
            return body(try UnixSocket.ask(socket, request, limit: 1 << 22))
        } catch { return nil }
    }

    /// The JSON behind a response's head; nil for any status but 200.
    static func body(_ response: [UInt8]) -> JSON? {
        let end = Array("\r\n\r\n".utf8)
        guard response.starts(with: "HTTP/1.".utf8), response.dropFirst(8).starts(with: " 200".utf8),
            let start = response.indices.first(where: { response[$0...].starts(with: end) })
        else { return nil }
        do { return try JSON(parsing: Array(response[(start + end.count)...])) } catch { return nil }
    }
}
