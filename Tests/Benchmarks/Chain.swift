import Foundation

/// What a CNI runtime does between two plugins of a list.
enum Chain {
    private static let input = "/run/bench/chained.json"

    /// Writes a plugin's configuration with the result of the one before it, and returns where.
    static func next(_ configuration: String) throws -> String {
        var configuration = try read(configuration)
        configuration["prevResult"] = try read(Contestant.result)
        try JSONSerialization.data(withJSONObject: configuration).write(to: URL(fileURLWithPath: input))
        return input
    }

    private static func read(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw BenchmarkError(description: "\(path) holds no JSON object")
        }
        return object
    }
}
