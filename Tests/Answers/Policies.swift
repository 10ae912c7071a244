import JSON
import Keel

/// Documents laid over the built-in policy and over one another, and annotations.
func policies() -> [String] {
    let documents = values.flatMap { key, values in values.map { value in document(key, value) } } + strange
    let single = documents.flatMap { text in
        [("host", Policy.Reach.host), ("network", .network), ("container", .container)].map { name, reach in
            var policy = Policy()
            return answer("\(name) \(text)", overlay(&policy, text, reach))
        }
    }
    let lenient = (documents + several).map { answer("what holds of \($0)", rest($0)) }
    let pairs = documents.indices.dropFirst().map { place in
        var policy = Policy()
        let first = overlay(&policy, documents[place - 1], .host)
        return answer("\(documents[place]) over it", "\(first), \(overlay(&policy, documents[place], .host))")
    }
    return single + lenient + pairs + annotations()
}

private let values: [(String, [String])] = [
    ("defaultRoute.mode", ["\"one\"", "\"ranked\"", "\"onE\"", "\"one\u{301}\"", "1", "null"]),
    (
        "defaultRoute.prefer",
        [#"["eth1","é*","10.89.3.0/24","fd00::1"]"#, #"["a b"]"#, #"["10.0.0.0/33"]"#, "[1]", "{}"]
    ),
    ("defaultRoute.sourceRules", ["false", "0"]), ("rpFilter", ["\"relax\"", "\"lose\"", "[]"]),
    ("invalid.mode", ["\"liberal\"", "\"\\u001b[0m\""]), ("invalid.where", ["\"always\"", "true"]),
    ("invalid.forward", ["false", "\"no\""]), ("onError", ["\"fail\"", "\"sometimes\""]),
    ("conntrack.max", ["\"auto\"", "\"keep\"", "262144", "0", "2147483648", "1.5", "\"many\""]),
    ("conntrack.tcpEstablishedTimeout", ["600", "-1", "6e2"]),
    ("conntrack.warnAt", ["0.75", "1", "1.01", "0", "\"é\""]),
    ("annotations.allow", ["[]", #"["evenkeel.skip"]"#, #"["evenkeel.é"]"#, "[1]", "true"]),
    ("annotations.locked", ["[]", #"["rpFilter","invalid.where"]"#, #"["rpfilter"]"#, "{}"]),
]

private let strange = [
    "", "7", "{\"e\u{301}\":1}", #"{"defaultRoute":[]}"#, #"{"defaultRoute":{"mode":"one","mode":"keep"}}"#,
    #"{"rpFilter":"keep","nonsense":{}}"#,
]

/// `defaultRoute.mode` is two levels.
private func document(_ key: String, _ value: String) -> String {
    let parts = key.utf8.split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
    return parts.count == 2 ? #"{"\#(parts[0])":{"\#(parts[1])":\#(value)}}"# : #"{"\#(key)":\#(value)}"#
}

private func overlay(_ policy: inout Policy, _ text: String, _ reach: Policy.Reach) -> String {
    do throws(PolicyError) {
        let ignored = try policy.overlay(Array(text.utf8), from: "a document", of: reach)
        return words(policy) + ignored.map { "; \($0)" }.joined()
    } catch { return error.description }
}

/// Documents with several faults.
private let several = [
    #"{"x":1,"rpFilter":"keep","defaultRoute":{"mode":"onE","sourceRules":false,"prefered":[]},"onError":7}"#,
    #"{"annotations":{"allow":["evenkeel.skip",1,"é"],"locked":"skip"},"conntrack":{"max":0,"warnAt":0.5}}"#,
]

/// The faults of a host's document, and what the rest says.
private func rest(_ text: String) -> String {
    do throws(PolicyError) {
        var (policy, faults) = (Policy(), [PolicyError]())
        try policy.overlay(Array(text.utf8), from: "a document", &faults)
        return words(policy) + faults.map { "; \($0.description)" }.joined()
    } catch { return error.description }
}

private func words(_ policy: Policy) -> String {
    let route = policy.defaultRoute
    let prefer = route.prefer.map { preference in
        switch preference {
        case .name(let name), .network(let name, _): name
        case .gateway(let prefix): "gateway \(prefix)"
        }
    }
    let size =
        switch policy.conntrack.max {
        case .automatic: "automatic"
        case .keep: "keep"
        case .entries(let number): "\(number)"
        }
    let lists = [policy.limits?.allowed, policy.limits?.locked].map { $0?.joined(separator: " ") ?? "none" }
    let seconds = policy.conntrack.tcpEstablishedTimeout.map { "\($0)" } ?? "as it is"
    return "\(route.mode.rawValue) \(prefer.joined(separator: " ")) \(route.isPreferenceOwn) \(route.sourceRules) "
        + "\(policy.rpFilter.rawValue) \(policy.invalid.mode.rawValue) \(policy.invalid.place.rawValue) "
        + "\(policy.invalid.forward) \(size) \(seconds) \(policy.conntrack.warnAt) \(policy.onError.rawValue) "
        + lists.joined(separator: " ")
}

private func annotations() -> [String] {
    let names = [
        "evenkeel.skip", "dev.evenkeel.default-route", "evenkeel.dev/policy", "evenkeel.skip\u{301}", "evenkeel.é",
        "other",
        "evenkeel.dev/mode", "dev.evenkeel.rpfilter", "k8s.v1.cni.cncf.io/networks",
    ]
    let values = [
        "true", "false", "True", "", "eth1,eth2", "a:b", "{\"rpFilter\":\"keep\"}", "{\"invalid\":{}}", "\u{1b}[0m",
        "ranked", "[{\"default-route\":[\"10.1.1.1\",\"é\"]}]", "[{\"default-route\":[\"fd00::1\"]}]",
    ]
    return limits.flatMap { limit in
        names.flatMap { name in values.map { answer("\(limit) \(name) = \($0)", annotation(name, $0, limit)) } }
    }
}

private let limits = [
    "{}", #"{"allow":["evenkeel.policy"]}"#, #"{"locked":["rpFilter"]}"#,
    #"{"allow":[],"locked":["defaultRoute.prefer","invalid"]}"#,
]

private func annotation(_ name: String, _ value: String, _ limit: String) -> String {
    do throws(PolicyError) {
        var policy = Policy()
        try policy.overlay(Array(#"{"annotations":\#(limit)}"#.utf8), from: "a document")
        let annotations = Annotations([.init(name, .string(value))], over: &policy)
        return "\(annotations.skip ?? "") \(words(policy))" + annotations.warnings.map { "; \($0)" }.joined()
    } catch { return error.description }
}
