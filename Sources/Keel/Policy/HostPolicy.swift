import LinuxSystem

/// The host's policy: the built-in one, `policy.json`, and the documents in `policy.d` in the byte order of their names.
///
/// A faulty key is left out, and all others hold. A document that cannot be understood as a whole may have asked for anything, so
/// it counts as `keep` for everything: an opt-out must not be forgotten.
public struct HostPolicy: Sendable {
    public private(set) var policy = Policy()
    /// What is wrong with the documents, in their order.
    public private(set) var faults: [PolicyError] = []

    public static let folder = "/etc/evenkeel/policy.d"
    private static let mostDocuments = 64

    public init() {}

    /// Reads the host's documents. A missing one changes nothing.
    ///
    /// - Throws: if files or memory run out, which says nothing about a document.
    public static func load() throws(PolicyError) -> HostPolicy {
        var host = HostPolicy()
        try host.read(Policy.path)
        try host.readFolder(folder)
        return host
    }

    /// Reads the document at `path` instead of the host's.
    ///
    /// - Throws: if it is missing as well.
    public static func load(only path: String) throws(PolicyError) -> HostPolicy {
        var host = HostPolicy()
        guard FileStatus.exists(path) else {
            _ = try Policy.load(path, isRequired: true)
            return host
        }
        try host.read(path)
        return host
    }

    /// Lays the document at `path` over what was read before. A missing one changes nothing.
    public mutating func read(_ path: String) throws(PolicyError) {
        do throws(PolicyError) {
            if let text = try Policy.text(of: path) { try policy.overlay(text, from: path, &faults) }
        } catch { try take(error) }
    }

    /// Reads a folder's documents.
    mutating func readFolder(_ folder: String) throws(PolicyError) {
        do throws(PolicyError) {
            let names = try Self.documents(in: folder)
            for name in names.prefix(Self.mostDocuments) { try readListed("\(folder)/\(name)") }
            if names.count > Self.mostDocuments {
                throw PolicyError(
                    place: folder, key: "", problem: "holds \(names.count) documents",
                    allowed: "at most \(Self.mostDocuments)")
            }
        } catch { try take(error) }
    }

    /// The names of a folder's documents, in their order. Hidden files are none, as for a shell's `*.json`.
    public static func documents(in folder: String) throws(PolicyError) -> [String] {
        let names: [String]
        do { names = try Directory.names(in: folder) } catch {
            throw PolicyError(
                place: folder, key: "", problem: "is unreadable: \(error.description)", allowed: "a folder",
                isShortage: error.errno.isShortage)
        }
        return names.filter { $0.ends(with: ".json") && !$0.begins(with: ".") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Reads a document that was listed. What is no regular file is none; what is gone or leads nowhere cannot be read.
    private mutating func readListed(_ path: String) throws(PolicyError) {
        do throws(PolicyError) {
            if let text = try Policy.text(of: path, isRequired: true, onlyRegular: true) {
                try policy.overlay(text, from: path, &faults)
            }
        } catch { try take(error) }
    }

    /// Takes the error of a document as a whole.
    private mutating func take(_ error: PolicyError) throws(PolicyError) {
        if error.isShortage { throw error }
        faults.append(error)
        policy.keepEverything()
    }

    /// A line a fault, with what follows; of many the first.
    public var warnings: [String] {
        let most = 8
        var lines = faults.prefix(most).map { fault in
            let consequence = fault.key.isEmpty ? "until then it counts as \"keep\" for everything" : "it is left out"
            return "\(fault.description); \(consequence)"
        }
        if faults.count > most {
            lines.append("the policy has \(faults.count - most) more faults: evenkeel policy check names them")
        }
        return lines
    }
}

extension Policy {
    /// Chooses `keep` for everything that can be kept. `onError` and what containers may say stay.
    fileprivate mutating func keepEverything() {
        defaultRoute.mode = .keep
        defaultRoute.restoreAfterFlap = false
        rpFilter = .keep
        invalid.mode = .keep
        conntrack.max = .keep
        conntrack.tcpEstablishedTimeout = nil
        conntrack.genericTimeout = nil
    }
}
