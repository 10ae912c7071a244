public import JSON
import LinuxSystem

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

    /// The built-in policy with the document at `path` laid over it. A missing file changes nothing unless it is required.
    ///
    /// - Throws: for any fault.
    public static func load(_ path: String, isRequired: Bool = false) throws(PolicyError) -> Policy {
        var policy = Policy()
        if let text = try text(of: path, isRequired: isRequired) { try policy.overlay(text, from: path) }
        return policy
    }

    /// The text of a document; nil if it is missing and not required, or no regular file and only those are wanted.
    package static func text(
        of path: String, isRequired: Bool = false, onlyRegular: Bool = false
    ) throws(PolicyError) -> [UInt8]? {
        do throws(KernelError) {
            let file = try FileDescriptor(opening: path, .readWithoutWaiting)
            if onlyRegular { guard try FileStatus(of: file, name: path).isRegular else { return nil } }
            return try file.readAll(limit: 1 << 20, name: path)
        } catch {
            if error.errno == .noEntry && !isRequired { return nil }
            throw PolicyError(
                place: path, problem: "is unreadable: \(error.description)", allowed: "a JSON object",
                isShortage: error.errno.isShortage)
        }
    }

    /// Lays a document's text over this policy: keys in it win, others stay. After an error the policy is unchanged. Returns what
    /// of a container's is ignored, a line a key.
    @discardableResult
    public mutating func overlay(
        _ text: [UInt8], from place: String, of reach: Reach = .host
    ) throws(PolicyError) -> [String] {
        try overlay(try Self.parse(text, place), from: place, of: reach)
    }

    /// Lays a document over this policy. After an error the policy is unchanged. Returns what of a container's is ignored, a line
    /// a key.
    @discardableResult
    public mutating func overlay(
        _ document: JSON, from place: String, of reach: Reach = .host
    ) throws(PolicyError) -> [String] {
        var (policy, faults) = (self, [PolicyError]())
        let ignored = try policy.overlay(document, from: place, of: reach, &faults)
        if let first = faults.first { throw first }
        self = policy
        return ignored
    }

    /// Lays one of the host's documents over this policy, without its faulty keys, which become faults.
    ///
    /// - Throws: if it is no document at all. Then the policy is unchanged.
    public mutating func overlay(
        _ text: [UInt8], from place: String, _ faults: inout [PolicyError]
    ) throws(PolicyError) {
        _ = try overlay(try Self.parse(text, place), from: place, of: .host, &faults)
    }

    private static func parse(_ text: [UInt8], _ place: String) throws(PolicyError) -> JSON {
        do { return try JSON(parsing: text) } catch {
            throw PolicyError(
                place: place, problem: "is not JSON: \(error.description)", allowed: "a JSON object")
        }
    }

    private mutating func overlay(
        _ document: JSON, from place: String, of reach: Reach, _ faults: inout [PolicyError]
    ) throws(PolicyError) -> [String] {
        var (document, ignored) = (document, [String]())
        if reach == .container, let limits { document = limits.unlocked(document, from: place, &ignored) }
        let whole = PolicySection(document, place: place, key: "")
        guard document.members != nil else { throw whole.error("is \(document.kind)", allowed: "an object") }
        whole.read(Key.names, &faults) { (key, value, faults) throws(PolicyError) in
            try take(value, Key.allCases[key], of: reach, &faults)
        }
        return ignored
    }

    private mutating func take(
        _ value: PolicySection, _ key: Key, of reach: Reach, _ faults: inout [PolicyError]
    ) throws(PolicyError) {
        switch key {
        case .invalid where reach == .container, .conntrack where reach == .container,
            .annotations where reach == .container, .watch where reach == .container:
            throw value.error("cannot be set for one container", allowed: Self.ofOneContainer)
        case .annotations where reach == .network, .watch where reach == .network:
            throw value.error("cannot be set for one network", allowed: Self.ofOneNetwork)
        case .defaultRoute: defaultRoute.overlay(value, of: reach, &faults)
        case .rpFilter: rpFilter = try value.choice()
        case .invalid: invalid.overlay(value, &faults)
        case .conntrack: conntrack.overlay(value, &faults)
        case .onError: onError = try value.choice()
        case .annotations:
            let limits = ContainerLimits(value, over: limits, &faults)
            defaultRoute.isChoiceForgotten = limits.refusal(of: "prefer", in: "defaultRoute", from: "") != nil
            self.limits = limits
        case .watch:
            for entry in value.entries(among: ["group"], &faults) { watch.group = try entry.section.group() }
        }
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

    fileprivate mutating func overlay(
        _ section: PolicySection, of reach: Policy.Reach, _ faults: inout [PolicyError]
    ) {
        section.read(Key.names, &faults) { (key, value, _) throws(PolicyError) in
            try take(value, Key.allCases[key], of: reach)
        }
    }

    private mutating func take(_ value: PolicySection, _ key: Key, of reach: Policy.Reach) throws(PolicyError) {
        switch key {
        case .mode: mode = try value.choice()
        case .prefer:
            let preferences = try value.preferences()
            if reach == .container && !isPreferenceOwn { overruled = prefer }
            (prefer, isPreferenceOwn) = (preferences, reach == .container)
        case .sourceRules: sourceRules = try value.boolean()
        case .restoreAfterFlap: restoreAfterFlap = try value.boolean()
        case .learn: learn = try value.choice()
        }
    }
}

extension Policy.Invalid {
    private enum Key: String, CaseIterable {
        case mode
        case forward
        case place = "where"
    }

    fileprivate mutating func overlay(_ section: PolicySection, _ faults: inout [PolicyError]) {
        section.read(Key.names, &faults) { (key, value, _) throws(PolicyError) in
            try take(value, Key.allCases[key])
        }
    }

    private mutating func take(_ value: PolicySection, _ key: Key) throws(PolicyError) {
        switch key {
        case .mode: mode = try value.choice()
        case .forward: forward = try value.boolean()
        case .place: place = try value.choice()
        }
    }
}

extension Policy.Conntrack {
    private enum Key: String, CaseIterable {
        case max
        case tcpEstablishedTimeout
        case genericTimeout
        case warnAt
    }

    fileprivate mutating func overlay(_ section: PolicySection, _ faults: inout [PolicyError]) {
        section.read(Key.names, &faults) { (key, value, _) throws(PolicyError) in
            try take(value, Key.allCases[key])
        }
    }

    private mutating func take(_ value: PolicySection, _ key: Key) throws(PolicyError) {
        switch key {
        case .max: max = try value.size()
        case .tcpEstablishedTimeout: tcpEstablishedTimeout = try value.seconds()
        case .genericTimeout: genericTimeout = try value.seconds()
        case .warnAt: warnAt = try value.share()
        }
    }
}

extension CaseIterable where Self: RawRepresentable, RawValue == String, AllCases == [Self] {
    fileprivate static var names: [String] { allCases.map { $0.rawValue } }
}
