import JSON
import Keel

/// A key of the policy and what holds, as a document says it; null where a document that says nothing leaves it.
struct PolicyValue: Equatable {
    let key: String
    let value: JSON

    init(_ key: String, _ value: JSON) { (self.key, self.value) = (key, value) }

    init(_ key: String, _ word: String) { self.init(key, .string(word)) }

    init(_ key: String, _ seconds: Int?) { self.init(key, seconds.map { .integer(Int64($0)) } ?? .null) }

    init(_ key: String, _ names: [String]?) {
        self.init(key, names.map { .array($0.map { .string($0) }) } ?? .null)
    }

    /// Whether a document says something of it.
    func isSaid(in document: JSON) -> Bool {
        var value: JSON? = document
        for name in key.split(separator: ".") { value = value?[String(name)] }
        return value != nil
    }

    /// The value in a table.
    var text: String {
        switch value {
        case .string(let text): text
        case .null: Self.whatNullMeans[key] ?? "none"
        default: value.text()
        }
    }

    private static let whatNullMeans = [
        "annotations.allow": "all", "conntrack.tcpEstablishedTimeout": "as it is",
        "conntrack.genericTimeout": "as it is",
    ]
}

extension Policy {
    /// Every key with its value, in the order of the documentation.
    var values: [PolicyValue] {
        [
            PolicyValue("defaultRoute.mode", defaultRoute.mode.rawValue),
            PolicyValue("defaultRoute.prefer", defaultRoute.prefer.map { $0.word }),
            PolicyValue("defaultRoute.sourceRules", .boolean(defaultRoute.sourceRules)),
            PolicyValue("defaultRoute.restoreAfterFlap", .boolean(defaultRoute.restoreAfterFlap)),
            PolicyValue("defaultRoute.learn", defaultRoute.learn.rawValue),
            PolicyValue("rpFilter", rpFilter.rawValue),
            PolicyValue("invalid.mode", invalid.mode.rawValue),
            PolicyValue("invalid.forward", .boolean(invalid.forward)),
            PolicyValue("invalid.where", invalid.place.rawValue),
            PolicyValue("conntrack.max", conntrack.max.json),
            PolicyValue("conntrack.tcpEstablishedTimeout", conntrack.tcpEstablishedTimeout),
            PolicyValue("conntrack.genericTimeout", conntrack.genericTimeout),
            PolicyValue("conntrack.warnAt", conntrack.share),
            PolicyValue("annotations.allow", limits?.allowed),
            PolicyValue("annotations.locked", limits?.locked ?? []),
            PolicyValue("watch.group", watch.group.map { .string($0) } ?? .null),
            PolicyValue("onError", onError.rawValue),
        ]
    }
}

extension Policy.Conntrack {
    /// `warnAt` as a number of JSON.
    var share: JSON { JSON.Number("\(warnAt)").map { .number($0) } ?? .integer(Int64(warnAt)) }
}

extension Policy.Conntrack.Size {
    fileprivate var json: JSON {
        switch self {
        case .automatic: .string("auto")
        case .keep: .string("keep")
        case .entries(let number): .integer(Int64(number))
        }
    }
}
