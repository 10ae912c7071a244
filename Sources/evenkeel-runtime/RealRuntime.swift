import JSON
import LinuxSystem

struct RuntimeError: Error, CustomStringConvertible {
    let description: String
}

/// The OCI runtime that this program executes.
enum RealRuntime {
    static let place = "EVENKEEL_RUNTIME or /etc/evenkeel/runtime.json"

    /// Finds its path by, in this order, `EVENKEEL_RUNTIME`, the name this program is called by (`evenkeel-crun` is crun),
    /// `/etc/evenkeel/runtime.json` (`{"runtime": "crun"}`), or else runc, or crun on a host without runc.
    static func find(calledAs own: String) throws(RuntimeError) -> String {
        var name = Environment.variable("EVENKEEL_RUNTIME") ?? named(by: own) ?? ""
        if name.isEmpty { name = try configured() ?? "" }
        if name.utf8.contains(UInt8(ascii: "/")) {
            guard !ExecutableFile.isOwn(name) else {
                throw RuntimeError(description: "\(name) is evenkeel-runtime itself; name the real runtime in \(place)")
            }
            return name
        }
        let folders =
            "\(Environment.variable("PATH") ?? ""):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let names = name.isEmpty ? ["runc", "crun"] : [name]
        for name in names {
            if let path = path(of: name, in: folders) { return path }
        }
        let missing = names.joined(separator: " or ")
        throw RuntimeError(description: "there is no \(missing) in \(folders); install it, or name another in \(place)")
    }

    private static func path(of name: String, in folders: String) -> String? {
        for folder in folders.parts(between: UInt8(ascii: ":")) where !folder.isEmpty {
            let path = "\(folder)/\(name)"
            // A link with the real runtime's name may lead to this program.
            if ExecutableFile.isExecutable(path) && !ExecutableFile.isOwn(path) { return path }
        }
        return nil
    }

    private static func named(by own: String) -> String? {
        let prefix = "evenkeel-"
        let base = own.parts(between: UInt8(ascii: "/")).last ?? ""
        guard base.begins(with: prefix), base != "evenkeel-runtime" else { return nil }
        return String(decoding: base.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    private static func configured() throws(RuntimeError) -> String? {
        let path = "/etc/evenkeel/runtime.json"
        let text: [UInt8]
        do { text = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 1 << 16, name: path) } catch {
            if error.errno == .noEntry { return nil }
            throw RuntimeError(description: error.description)
        }
        let document: JSON
        do { document = try JSON(parsing: text) } catch {
            throw RuntimeError(description: "\(path) is not JSON: \(error.description)")
        }
        guard let name = document["runtime"]?.string, !name.isEmpty else {
            throw RuntimeError(description: "\(path) names no runtime: {\"runtime\": \"crun\"}")
        }
        return name
    }
}
