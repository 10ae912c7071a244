public import JSON
import LinuxSystem

/// What is wrong with a policy, where, and what is allowed instead.
public struct PolicyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The document: a path, or "the network configuration".
    public let place: String
    /// The key with those above it, `defaultRoute.mode`; empty for the document itself.
    public let key: String
    public let problem: String
    public let allowed: String

    public var description: String {
        // Key and problem quote the document, which may come from a container's annotation.
        let subject = key.isEmpty ? place : "\(place): \(printable(key))"
        return "\(subject) \(printable(problem)); allowed: \(allowed)"
    }
}

extension Policy {
<<<<<<< HEAD
    private enum Key: String, CaseIterable {
        case defaultRoute
        case rpFilter
        case invalid
        case conntrack
        case onError
    }

    /// Whom a document speaks for.
=======
    /// Whose settings a document may change.
>>>>>>> wt-w1
    public enum Reach: Sendable {
        case host
        /// One container, whose author need not be the host's administrator.
        case container
    }

    private static let ofOneContainer = "defaultRoute, rpFilter, onError"

    /// The built-in policy with the host's document laid over it, if there is one.
    public static func host() throws(PolicyError) -> Policy { try load(path) }

    /// The built-in policy with the document at `path` laid over it. A missing file changes nothing unless it is required.
    public static func load(_ path: String, isRequired: Bool = false) throws(PolicyError) -> Policy {
        var policy = Policy()
        let text: [UInt8]
        do {
            text = try FileDescriptor(opening: path, .readWithoutWaiting).readAll(limit: 1 << 20, name: path)
        } catch {
            if error.errno == .noEntry && !isRequired { return policy }
            throw PolicyError(
                place: path, key: "", problem: "is unreadable: \(error.description)", allowed: "a JSON object")
        }
        try policy.overlay(text, from: path, of: .host)
        return policy
    }

    /// Lays a document's text over this policy: keys in it win, others stay.
    public mutating func overlay(
        _ text: [UInt8], from place: String, of reach: Reach = .host
    ) throws(PolicyError) {
        let document: JSON
        do { document = try JSON(parsing: text) } catch {
            throw PolicyError(
                place: place, key: "", problem: "is not JSON: \(error.description)", allowed: "a JSON object")
        }
        try overlay(document, from: place, of: reach)
    }

    /// Lays a document over this policy. After an error the policy is unchanged.
    public mutating func overlay(
        _ document: JSON, from place: String, of reach: Reach = .host
    ) throws(PolicyError) {
        var policy = self
        try PolicySection(document, place: place, key: "").read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .invalid where reach == .container, .conntrack where reach == .container:
                throw value.error("cannot be set for one container", allowed: Self.ofOneContainer)
            case .defaultRoute: try policy.defaultRoute.overlay(value)
            case .rpFilter: policy.rpFilter = try value.choice()
            case .invalid: try policy.invalid.overlay(value)
            case .conntrack: try policy.conntrack.overlay(value)
            case .onError: policy.onError = try value.choice()
            }
        }
        if document["defaultRoute"]?["prefer"] != nil { policy.defaultRoute.isPreferenceOwn = reach == .container }
        self = policy
    }
}

extension Policy.DefaultRoute {
    private enum Key: String, CaseIterable {
        case mode
        case prefer
        case sourceRules
    }

    fileprivate mutating func overlay(_ section: PolicySection) throws(PolicyError) {
        var changed = self
        try section.read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .mode: changed.mode = try value.choice()
            case .prefer: changed.prefer = try value.preferences()
            case .sourceRules: changed.sourceRules = try value.boolean()
            }
        }
        self = changed
    }
}

extension Policy.Invalid {
    private enum Key: String, CaseIterable {
        case mode
        case forward
        case place = "where"
    }

    fileprivate mutating func overlay(_ section: PolicySection) throws(PolicyError) {
        var changed = self
        try section.read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .mode: changed.mode = try value.choice()
            case .forward: changed.forward = try value.boolean()
            case .place: changed.place = try value.choice()
            }
        }
        self = changed
    }
}

extension Policy.Conntrack {
    private enum Key: String, CaseIterable {
        case max
        case tcpEstablishedTimeout
        case genericTimeout
        case warnAt
    }

    fileprivate mutating func overlay(_ section: PolicySection) throws(PolicyError) {
        var changed = self
        try section.read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .max: changed.max = try value.size()
            case .tcpEstablishedTimeout: changed.tcpEstablishedTimeout = try value.seconds()
            case .genericTimeout: changed.genericTimeout = try value.seconds()
            case .warnAt: changed.warnAt = try value.share()
            }
        }
        self = changed
    }
}
<<<<<<< HEAD
=======

/// A value of the document, with its place and key for errors.
private struct PolicySection {
    let value: JSON
    let place: String
    let key: String

    init(_ value: JSON, place: String, key: String) {
        self.value = value
        self.place = place
        self.key = key
    }

    func error(_ problem: String, allowed: String) -> PolicyError {
        PolicyError(place: place, key: key, problem: problem, allowed: allowed)
    }

    /// Hands each member to `take`, which returns false for a name it does not know.
    func read(
        _ take: (String, PolicySection) throws(PolicyError) -> Bool, keys: () -> [String]
    ) throws(PolicyError) {
        guard let members = value.members else { throw error("is \(value.kind)", allowed: "an object") }
        for member in members {
            let inner = PolicySection(
                member.value, place: place, key: key.isEmpty ? member.name : "\(key).\(member.name)")
            if try !take(member.name, inner) {
                throw inner.error("is not a key of the policy", allowed: keys().joined(separator: ", "))
            }
        }
    }

    @inline(never)
    func choice<Choice: CaseIterable & RawRepresentable>() throws(PolicyError) -> Choice
    where Choice.RawValue == String {
        if let text = value.string, let choice = Choice(rawValue: text) { return choice }
        throw refusal(allowed: Choice.allCases.map { $0.rawValue })
    }

    /// The error for a value that is none of those words.
    @inline(never)
    private func refusal(allowed words: [String]) -> PolicyError {
        let allowed = words.map { "\"\($0)\"" }.joined(separator: ", ")
        guard let text = value.string else { return error("is \(value.kind)", allowed: allowed) }
        return error("is \"\(printable(text))\"", allowed: allowed)
    }

    func boolean() throws(PolicyError) -> Bool {
        guard let boolean = value.boolean else { throw error("is \(value.kind)", allowed: "true, false") }
        return boolean
    }

    func preferences() throws(PolicyError) -> [Preference] {
        let allowed =
            "an array of interface names, globs (\"web*\") or prefixes that hold the gateway (\"10.89.3.0/24\")"
        guard let elements = value.elements else { throw error("is \(value.kind)", allowed: allowed) }
        var preferences: [Preference] = []
        for element in elements {
            guard let text = element.string else { throw error("holds \(element.kind)", allowed: allowed) }
            guard let preference = Preference(text) else {
                throw error("holds \"\(printable(text))\"", allowed: allowed)
            }
            preferences.append(preference)
        }
        return preferences
    }

    func size() throws(PolicyError) -> Policy.Conntrack.Size {
        let allowed = "\"auto\", \"keep\", a number of entries from 1 to 2147483647"
        switch value {
        case .string("auto"): return .automatic
        case .string("keep"): return .keep
        case .integer(let entries) where (1...Int64(Int32.max)).contains(entries): return .entries(Int(entries))
        default: throw error("is \(described)", allowed: allowed)
        }
    }

    func seconds() throws(PolicyError) -> Int {
        guard let seconds = value.integer, (1...Int64(Int32.max)).contains(seconds) else {
            throw error("is \(described)", allowed: "a number of seconds from 1 to 2147483647")
        }
        return Int(seconds)
    }

    func share() throws(PolicyError) -> Double {
        guard let share = value.real, share > 0, share <= 1 else {
            throw error("is \(described)", allowed: "a number above 0 and up to 1")
        }
        return share
    }

    /// The value itself where it is short, otherwise its kind.
    private var described: String {
        switch value {
        case .integer, .number: value.text()
        case .string(let text): "\"\(printable(text))\""
        default: value.kind
        }
    }
}
>>>>>>> wt-w1
