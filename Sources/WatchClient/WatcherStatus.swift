public import JSON

/// What the watcher says of itself.
public struct WatcherStatus: Equatable, Sendable {
    /// How often something happened, or how many there are.
    public struct Count: Hashable, Sendable {
        public let name: String
        public let number: Int

        public init(_ name: String, _ number: Int) { (self.name, self.number) = (name, number) }
    }

    /// A container of which another program keeps undoing a remedy.
    public struct Contest: Hashable, Sendable {
        /// Its id, or the namespace's path.
        public let container: String
        public let namespace: String?
        /// What keeps being undone.
        public let change: String
        /// Who undoes it, if that is known.
        public let program: String?
        /// Since when, and how long nothing will be done.
        public let sinceSeconds: Int
        public let forSeconds: Int
    }

    /// Durations from an event to the end of its remedy.
    public struct Latency: Hashable, Sendable {
        public let count: Int
        /// Below which half and 99 of a hundred are, in microseconds; nil beyond the last bucket, or without any.
        public let median: Int?
        public let of99Percent: Int?
    }

    /// The host's tables for INVALID segments, by family: `ip`, `ip6`.
    public struct Host: Hashable, Sendable {
        public let tables: [String]
        /// Those that a person took away by name.
        public let declined: [String]
        /// How often they were restored, by the program that had taken them away.
        public let restorations: [Count]
        public let isContested: Bool
    }

    /// The connection by which a container runtime tells of pods, NRI.
    public struct Plugin: Hashable, Sendable {
        /// `off`, `connecting`, `registering`, `syncing` or `live`.
        public let state: String
        /// Since when it is live, or is not.
        public let sinceSeconds: Int
        /// Its name and version; empty if it never told.
        public let runtime: String
        /// How often it failed since it was last live, and why the last time.
        public let failures: Int
        public let lastFailure: String?
        /// The pods that it told of, and those that were answered before they were safe.
        public let pods: Int
        public let late: Int
    }

    /// All of it, as it came.
    public let json: JSON
    public let product: String
    public let processID: Int
    /// Whether it changes nothing.
    public let isDry: Bool
    /// Seconds since 1970.
    public let startTime: Int
    public let uptimeSeconds: Int
    /// By state.
    public let namespaces: [Count]
    /// Of its work: events, looks and the like.
    public let work: [Count]
    public let resyncs: [Count]
    public let remedies: [Count]
    public let failures: [Count]
    public let latency: Latency
    public let host: Host
    public let contests: [Contest]
    /// Whether Docker tells of its networks; nil if the watcher is too old to say.
    public let hasDocker: Bool?
    /// Nil if the watcher is too old to have one.
    public let plugin: Plugin?

    /// The number of containers that are kept safe.
    public var kept: Int { namespaces.first { $0.name == "kept" }?.number ?? 0 }
}

extension WatcherStatus {
    /// What an answer lacks.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: a `JSONError`, or what the answer lacks: it may be of another version.
    public init(parsing text: [UInt8]) throws { try self.init(try JSON(parsing: text)) }

    /// - Throws: a `Fault` if the answer is of another version, or lacks something.
    init(_ json: JSON) throws(Fault) {
        guard json["version"]?.integer == 1 else { throw Fault(description: "its status is of another version") }
        self.json = json
        product = try json.value("product") { $0.string }
        processID = try json.number("pid")
        isDry = try json.value("dryRun") { $0.boolean }
        startTime = try json.number("startTime")
        uptimeSeconds = try json.number("uptimeSeconds")
        namespaces = try json.counts("namespaces")
        var work: [Count] = []
        for name in ["events", "wakes", "overruns", "looks", "missed", "lockRetries", "idsAssigned"] {
            work.append(Count(name, try json.number(name)))
        }
        self.work = work
        resyncs = try json.counts("resyncs")
        remedies = try json.counts("remedies")
        failures = try json.counts("failures")
        latency = try Latency(try json.value("latency") { $0 })
        host = try Host(try json.value("host") { $0 })
        var contests: [Contest] = []
        for each in try json.value("contested", { $0.elements }) { contests.append(try Contest(each)) }
        self.contests = contests
        hasDocker = json["docker"]?["connected"]?.boolean
        plugin = try json["nri"].map { json throws(Fault) in try Plugin(json) }
    }
}

extension WatcherStatus.Latency {
    init(_ json: JSON) throws(WatcherStatus.Fault) {
        count = try json.number("count")
        median = json["medianUpToMicroseconds"]?.number
        of99Percent = json["99percentUpToMicroseconds"]?.number
    }
}

extension WatcherStatus.Host {
    init(_ json: JSON) throws(WatcherStatus.Fault) {
        tables = try json.texts("tables")
        declined = try json.texts("declined")
        restorations = try json.counts("restorations")
        isContested = try json.value("contested") { $0.boolean }
    }
}

extension WatcherStatus.Plugin {
    init(_ json: JSON) throws(WatcherStatus.Fault) {
        state = try json.value("state") { $0.string }
        sinceSeconds = json["sinceSeconds"]?.number ?? 0
        let parts = [json["runtime"]?.string ?? "", json["runtimeVersion"]?.string ?? ""]
        runtime = parts.filter { !$0.isEmpty }.joined(separator: " ")
        failures = json["failures"]?.number ?? 0
        lastFailure = json["lastFailure"]?.string
        pods = json["pods"]?.number ?? 0
        late = json["late"]?.number ?? 0
    }
}

extension WatcherStatus.Contest {
    init(_ json: JSON) throws(WatcherStatus.Fault) {
        container = try json.value("container") { $0.string }
        namespace = json["namespace"]?.string
        change = try json.value("change") { $0.string }
        program = json["program"]?.string
        sinceSeconds = try json.number("sinceSeconds")
        forSeconds = try json.number("forSeconds")
    }
}

extension JSON {
    fileprivate var number: Int? { integer.flatMap { Int(exactly: $0) } }

    fileprivate func value<Value>(_ name: String, _ read: (JSON) -> Value?) throws(WatcherStatus.Fault) -> Value {
        guard let value = self[name].flatMap(read) else {
            throw WatcherStatus.Fault(description: "its status lacks \(name)")
        }
        return value
    }

    fileprivate func number(_ name: String) throws(WatcherStatus.Fault) -> Int { try value(name) { $0.number } }

    fileprivate func texts(_ name: String) throws(WatcherStatus.Fault) -> [String] {
        try value(name) { value in
            let texts = value.elements?.compactMap { $0.string }
            return texts?.count == value.elements?.count ? texts : nil
        }
    }

    /// An object of numbers.
    fileprivate func counts(_ name: String) throws(WatcherStatus.Fault) -> [WatcherStatus.Count] {
        try value(name) { value in
            let counts = value.members?.compactMap { each in
                each.value.number.map { WatcherStatus.Count(each.name, $0) }
            }
            return counts?.count == value.members?.count ? counts : nil
        }
    }
}
