import LinuxSystem
import Metrics

/// A folder whose files a collector reads, the watcher's among them.
enum CollectorFolder {
    private static let mostFiles = 256
    private static let longestFile = 1 << 20

    /// The shared families that another file has, in the folder of the file at `path`. What cannot be read has none.
    static func families(beside path: String) -> Set<String> {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let folder = parts.dropLast().map { "\($0)/" }.joined()
        let names: [String]
        do { names = try Directory.names(in: folder.isEmpty ? "." : folder) } catch { return [] }
        var found: Set<String> = []
        for name in names.filter({ $0.hasSuffix(".prom") && $0 != parts.last }).prefix(mostFiles) {
            do { found.formUnion(families(in: try FileDescriptor.text(of: folder + name, limit: longestFile))) } catch {
                continue
            }
        }
        return found
    }

    /// By the lines that tell a family's type.
    private static func families(in text: String) -> [String] {
        let types = Exposition.sharedFamilies.map { (family: $0, head: "# TYPE \($0) ") }
        return text.split(separator: "\n").compactMap { line in types.first { line.hasPrefix($0.head) }?.family }
    }
}
