import LinuxSystem

/// The host's policy: the built-in one, `policy.json`, and the documents in `policy.d` in the byte order of their names.
///
/// A faulty key is left out, and all others hold. A document that cannot be understood as a whole may have asked for anything, so
/// it counts as `keep` for everything: an opt-out must not be forgotten.
public struct HostPolicy: Sendable {
    public private(set) var policy = Policy()
    /// What is wrong with the documents, in their order.
    public private(set) var faults: [PolicyError] = []
    /// The paths of the documents, in their order.
    public private(set) var documents: [String] = []

    public static let folder = "/etc/evenkeel/policy.d"
    private static let mostDocuments = 64

    package init() {}

    /// Reads the host's documents. Missing ones change nothing.
    ///
    /// - Throws: if files or memory run out, which says nothing about a document.
    public static func load() throws(PolicyError) -> HostPolicy { try load(Policy.path, folder) }

    /// Reads the document at `path`, and then the folder's.
    static func load(_ path: String, _ folder: String) throws(PolicyError) -> HostPolicy {
        var host = HostPolicy()
        try host.read(path)
        try host.readFolder(folder)
        return host
    }

    @inline(never)
    private mutating func readFolder(_ folder: String) throws(PolicyError) {
        do throws(PolicyError) {
            let names = try Self.names(in: folder)
            for place in names.indices {
                if place == Self.mostDocuments {
                    throw PolicyError(
                        place: folder, problem: "holds \(names.count) documents", allowed: "at most \(place)")
                }
                try read("\(folder)/\(names[place])", isListed: true)
            }
        } catch { try take(error) }
    }

    /// Reads the document at `path` instead of the host's.
    ///
    /// - Throws: if it is missing as well.
    public static func load(only path: String) throws(PolicyError) -> HostPolicy {
        var host = HostPolicy()
        try host.read(path)
        if host.documents.isEmpty { _ = try Policy.load(path, isRequired: true) }
        return host
    }

    /// Lays a document over what was read before. A missing one changes nothing, unless it was listed: then it is a link that leads
    /// nowhere. What was listed and is no regular file is no document.
    @inline(never)
    package mutating func read(_ path: String, isListed: Bool = false) throws(PolicyError) {
        do throws(PolicyError) {
            guard let text = try Policy.text(of: path, isRequired: isListed, onlyRegular: isListed) else { return }
            documents.append(path)
            try policy.overlay(text, from: path, &faults)
        } catch {
            if documents.last != path { documents.append(path) }
            try take(error)
        }
    }

    /// Takes what is wrong with a document as a whole.
    @inline(never)
    private mutating func take(_ error: PolicyError) throws(PolicyError) {
        if error.isShortage { throw error }
        faults.append(error)
        policy.keepEverything()
    }

    /// The names of a folder's documents, in their order. Hidden files are none, as for a shell's `*.json`.
    private static func names(in folder: String) throws(PolicyError) -> [String] {
        let all: [String]
        do { all = try Directory.names(in: folder) } catch {
            throw PolicyError(
                place: folder, problem: "is unreadable: \(error.description)", allowed: "a folder",
                isShortage: error.errno.isShortage)
        }
        var names: [String] = []
        for name in all {
            let parts = name.parts(between: UInt8(ascii: "."))
            guard parts.count > 1, parts.last == "json", !parts[0].isEmpty else { continue }
            let place = names.firstIndex { name.utf8.lexicographicallyPrecedes($0.utf8) } ?? names.count
            names.insert(name, at: place)
        }
        return names
    }

    /// The fault that refuses the start of a container with that policy. A container cannot talk the host out of refusing.
    public func refusal(by policy: Policy) -> PolicyError? {
        policy.onError == .fail || self.policy.onError == .fail ? faults.first : nil
    }

    /// A line a fault, with what follows; of many the first.
    public var warnings: [String] {
        var lines: [String] = []
        for fault in faults {
            if lines.count == 8 {
                lines.append("the policy has \(faults.count - 8) more faults: evenkeel policy check names them")
                break
            }
            let consequence = fault.key.isEmpty ? "it counts as \"keep\" for everything" : "it is left out"
            lines.append("\(fault.description); \(consequence)")
        }
        return lines
    }
}

extension Policy {
    /// Chooses `keep` for everything that can be kept. `onError` and what containers may say stay.
    fileprivate mutating func keepEverything() {
        defaultRoute.mode = .keep
        defaultRoute.restoreAfterFlap = false
        defaultRoute.learn = .nothing
        rpFilter = .keep
        invalid.mode = .keep
        conntrack.max = .keep
        conntrack.tcpEstablishedTimeout = nil
        conntrack.genericTimeout = nil
    }
}
