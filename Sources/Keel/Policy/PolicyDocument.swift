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
    /// Whether the document could not be read for want of files or memory, which says nothing about it.
    public var isShortage = false

    public var description: String {
        // Key and problem quote the document, which may come from a container's annotation.
        let subject = key.isEmpty ? place : "\(place): \(printable(key))"
        return "\(subject) \(printable(problem)); allowed: \(allowed)"
    }
}

extension Policy {
    private enum Key: String, CaseIterable {
        case defaultRoute
        case rpFilter
        case invalid
        case conntrack
        case onError
        case annotations
        case watch
    }

    /// Whose settings a document may change.
    public enum Reach: Sendable {
        case host
        /// The containers of one network. Its author administers the host, but not for all containers.
        case network
        /// One container, whose author need not be the host's administrator.
        case container
    }

    private static let ofOneContainer = "defaultRoute, rpFilter, onError"
    private static let ofOneNetwork = "defaultRoute, rpFilter, invalid, conntrack, onError"

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
                place: path, key: "", problem: "is unreadable: \(error.description)", allowed: "a JSON object",
                isShortage: error.errno.isShortage)
        }
        try policy.overlay(text, from: path, of: .host)
        return policy
    }

    /// Lays a document's text over this policy: keys in it win, others stay. Returns what of a container's is ignored, a line a
    /// key.
    @discardableResult
    public mutating func overlay(
        _ text: [UInt8], from place: String, of reach: Reach = .host
    ) throws(PolicyError) -> [String] {
        let document: JSON
        do { document = try JSON(parsing: text) } catch {
            throw PolicyError(
                place: place, key: "", problem: "is not JSON: \(error.description)", allowed: "a JSON object")
        }
        return try overlay(document, from: place, of: reach)
    }

    /// Lays a document over this policy. After an error the policy is unchanged. Returns what of a container's is ignored, a line
    /// a key.
    @discardableResult
    public mutating func overlay(
        _ document: JSON, from place: String, of reach: Reach = .host
    ) throws(PolicyError) -> [String] {
        var (document, ignored) = (document, [String]())
        if reach == .container, let limits { document = limits.unlocked(document, from: place, &ignored) }
        var policy = self
        try PolicySection(document, place: place, key: "").read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .invalid where reach == .container, .conntrack where reach == .container,
                .annotations where reach == .container, .watch where reach == .container:
                throw value.error("cannot be set for one container", allowed: Self.ofOneContainer)
            case .annotations where reach == .network, .watch where reach == .network:
                throw value.error("cannot be set for one network", allowed: Self.ofOneNetwork)
            case .defaultRoute: try policy.defaultRoute.overlay(value)
            case .rpFilter: policy.rpFilter = try value.choice()
            case .invalid: try policy.invalid.overlay(value)
            case .conntrack: try policy.conntrack.overlay(value)
            case .onError: policy.onError = try value.choice()
            case .annotations:
                let limits = try ContainerLimits(value, over: policy.limits)
                policy.defaultRoute.isChoiceForgotten =
                    limits.refusal(of: "prefer", in: "defaultRoute", from: "") != nil
                policy.limits = limits
            case .watch: policy.watch.group = try value.group()
            }
        }
        if document["defaultRoute"]?["prefer"] != nil { policy.defaultRoute.isPreferenceOwn = reach == .container }
        self = policy
        return ignored
    }
}

extension Policy.DefaultRoute {
    private enum Key: String, CaseIterable {
        case mode
        case prefer
        case sourceRules
        case restoreAfterFlap
        case learn
    }

    fileprivate mutating func overlay(_ section: PolicySection) throws(PolicyError) {
        var changed = self
        try section.read(Key.self) { (key, value) throws(PolicyError) in
            switch key {
            case .mode: changed.mode = try value.choice()
            case .prefer: changed.prefer = try value.preferences()
            case .sourceRules: changed.sourceRules = try value.boolean()
            case .restoreAfterFlap: changed.restoreAfterFlap = try value.boolean()
            case .learn: changed.learn = try value.choice()
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
