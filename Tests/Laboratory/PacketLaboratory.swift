import Foundation

/// The shell functions that make a host, the world beyond it and containers on several networks, and measure what is lost.
public enum PacketLaboratory {
    public static let folder = Shell.packageFolder + "/Tests/Laboratory/packets"

    /// The file to source where the checkout is seen.
    public static let script = folder + "/all.sh"

    /// All functions as one text, for a sandbox that does not see the checkout.
    public static func functions() throws -> String {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0 != "all.sh" }
        return try files.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
    }
}
