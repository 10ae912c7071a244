import JSON
import Keel
import Netlink

/// What holds of each key, and where it comes from.
struct PolicyListing {
    struct Row: Equatable {
        let value: PolicyValue
        /// "built-in", the path of a document, or what a container's kernel remembers.
        let origin: String
    }

    private(set) var policy: Policy
    private(set) var rows: [Row]
    private var faults = 0

    static let builtIn = "built-in"
    static let mark = "the container's mark"

    /// Lays the host's documents over one another once more, and looks at what each says.
    init(_ host: HostPolicy) throws(PolicyError) {
        policy = Policy()
        rows = policy.values.map { Row(value: $0, origin: Self.builtIn) }
        var sofar = HostPolicy()
        for path in host.documents {
            try sofar.read(path, isListed: path != Policy.path)
            take(sofar, after: path, try JSON(document: path))
        }
        // More documents than are read.
        take(host.policy, from: HostPolicy.folder) { _ in false }
    }

    /// Takes what holds after the document at `path`.
    private mutating func take(_ host: HostPolicy, after path: String, _ document: JSON?) {
        let new = host.faults.dropFirst(faults)
        faults = host.faults.count
        let isBroken = new.contains { $0.key.isEmpty }
        take(host.policy, from: isBroken ? "\(path), which cannot be read" : path) { value in
            guard let document, !isBroken, value.isSaid(in: document) else { return false }
            return !new.contains { $0.key == value.key }
        }
    }

    /// Takes what a container's mark says beside the host's policy.
    mutating func take(_ mark: Mark) {
        var policy = policy
        policy.overlay(mark)
        take(policy, from: Self.mark) { _ in false }
        if policy.leavesAlone(mark) { rows.append(Row(value: PolicyValue("skip", .boolean(true)), origin: Self.mark)) }
    }

    /// Adds the networks that the container's kernel remembers: they go before the host's preferences.
    mutating func take(chosen: [InterfaceName], preferred: [InterfaceName]) {
        let key = "defaultRoute.prefer"
        let chosen = policy.defaultRoute.isChoiceForgotten ? [] : chosen
        let new = [(chosen, "the container's choice"), (preferred, "its network's configuration")]
            .filter { !$0.0.isEmpty }
            .map { names, origin in Row(value: PolicyValue(key, names.map { "\($0)" }), origin: origin) }
        guard let place = rows.firstIndex(where: { $0.value.key == key }) else { return }
        rows.insert(contentsOf: new, at: place)
    }

    /// A row changes if its value does, or if it is said anew.
    private mutating func take(_ policy: Policy, from origin: String, isSaid: (PolicyValue) -> Bool) {
        rows = zip(rows, policy.values).map { row, value in
            row.value == value && !isSaid(value) ? row : Row(value: value, origin: origin)
        }
        self.policy = policy
    }
}

extension JSON {
    /// Nil if it is none.
    fileprivate init?(document path: String) throws(PolicyError) {
        guard let text = try Policy.text(of: path), let document = try? JSON(parsing: text) else { return nil }
        self = document
    }
}
