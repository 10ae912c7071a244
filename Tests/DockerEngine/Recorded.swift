import Foundation
import Laboratory

/// What Docker 20.10.24 answered to the requests of this project.
enum Recorded {
    static func networks() throws -> [UInt8] { try bytes("networks.json") }
    static func containers() throws -> [UInt8] { try bytes("containers.json") }
    static func events() throws -> [[UInt8]] { try bytes("events.ndjson").split(separator: 0x0a).map(Array.init) }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: Shell.packageFolder + "/Tests/DockerEngine/recorded/" + name)))
    }
}
