import LinuxSystem

/// The socket by which Docker answers. That of an ordinary user's daemon (rootless Docker) is not asked: its containers are attached to
/// that user's own network.
package enum DockerSocket {
    /// Docker's default, which nothing here changes: whoever can choose it would choose what is believed.
    package static let path = "/var/run/docker.sock"

    /// Whether something of root's is there that may be asked.
    package static var isThere: Bool {
        do { return try FileStatus(path: path).isRootsSocket } catch { return false }
    }

    /// How long a reply may take, all in all; nanoseconds.
    package static let patience = 2 * Clock.second
    /// The most bytes of a reply: 1,700 networks, or 700 containers of two networks.
    package static let longestReply = 1 << 20
}

/// What is asked of Docker. HTTP/1.0 without a version in the path is what all releases answer alike, and in one piece.
package enum DockerRequest: Equatable, Sendable {
    case networks
    /// All that run.
    case containers
    case container(String)
    /// Goes on until somebody hangs up.
    case events

    package var text: String { "GET \(path) HTTP/1.0\r\nHost: docker\r\n\r\n" }

    private var path: String {
        switch self {
        case .networks: "/networks"
        case .containers: "/containers/json"
        case .container(let id): "/containers/json?filters=" + Self.escaped(#"{"id":["\#(id)"]}"#)
        case .events:
            "/events?filters="
                + Self.escaped(
                    #"{"type":["network","container"],"#
                        + #""event":["start","connect","disconnect","create","destroy","remove","update"]}"#)
        }
    }

    /// Percent-encoded, RFC 3986 section 2.1.
    private static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): escaped.append(byte)
            default:
                escaped.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] {
                    escaped.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
                }
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
