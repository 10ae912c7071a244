import LinuxSystem

/// The versions of installed packages, from the databases that are text: dpkg's, apk's and pacman's. rpm's is none.
package struct PackageDatabase: Sendable {
    private var versions: [String: String] = [:]
    private static let limit = 1 << 26

    /// Reads what is said of packages with those names.
    package init(_ names: Set<String>, root: String = "") {
        if let status = Self.bytes("\(root)/var/lib/dpkg/status") {
            read(status, name: "Package: ", version: "Version: ", condition: ("Status: ", " installed"), names)
        } else if let status = Self.bytes("\(root)/lib/apk/db/installed") {
            read(status, name: "P:", version: "V:", condition: nil, names)
        } else {
            readFolder("\(root)/var/lib/pacman/local", names)
        }
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        do throws(KernelError) {
            return try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: limit, name: path)
        } catch { return nil }
    }

    /// Paragraphs of lines, with an empty line between them.
    private mutating func read(
        _ text: [UInt8], name nameKey: String, version versionKey: String,
        condition: (key: String, end: String)?, _ names: Set<String>
    ) {
        var (name, version): (String?, String?)
        var isInstalled = condition == nil
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) + [[]] {
            if line.isEmpty {
                if let name, let version, isInstalled, names.contains(name) { versions[name] = version }
                (name, version, isInstalled) = (nil, nil, condition == nil)
            } else if line.starts(with: nameKey.utf8) {
                name = String(decoding: line.dropFirst(nameKey.utf8.count), as: UTF8.self)
            } else if line.starts(with: versionKey.utf8) {
                version = String(decoding: line.dropFirst(versionKey.utf8.count), as: UTF8.self)
            } else if let condition, line.starts(with: condition.key.utf8) {
                isInstalled = String(decoding: line, as: UTF8.self).hasSuffix(condition.end)
            }
        }
    }

    /// Folders named `NAME-VERSION-RELEASE`.
    private mutating func readFolder(_ path: String, _ names: Set<String>) {
        var folders: [String] = []
        do throws(KernelError) { folders = try Directory.names(in: path) } catch {}
        for folder in folders {
            let parts = folder.split(separator: "-")
            guard parts.count > 2 else { continue }
            let name = parts.dropLast(2).joined(separator: "-")
            if names.contains(name) { versions[name] = parts.suffix(2).joined(separator: "-") }
        }
    }

    /// The version of the first of these packages that is installed.
    package func version(_ names: [String]) -> String? { names.lazy.compactMap { versions[$0] }.first }
}
