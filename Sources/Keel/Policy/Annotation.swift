import JSON
import LinuxSystem

/// An annotation whose name has one of our prefixes.
struct Annotation {
    private static var prefixes: [String] { ["dev.evenkeel.", "evenkeel.dev/", "evenkeel."] }
    /// The names behind the prefix, each with what it means. A document comes before the keys that override it.
    static var names: [String] { ["skip", "policy", "default-route", "mode", "rp-filter", "on-error"] }
    static var preference: String { prefixes[0] + "default-route" }

    /// All names in their first spelling.
    static var known: [String] { names.map { prefixes[0] + $0 } }

    /// All names in all spellings.
    static var spellings: [String] { prefixes.flatMap { prefix in names.map { prefix + $0 } } }

    static func isOurs(_ name: String) -> Bool { prefixes.contains { name.begins(with: $0) } }

    /// The first spelling of an annotation of ours; another's name as it is.
    static func canonical(_ name: String) -> String {
        prefixes.first { name.begins(with: $0) }.map { prefixes[0] + name.dropping($0) } ?? name
    }

    /// The whole name.
    let name: String
    let value: JSON
    /// The place of its prefix; the first is the best.
    let spelling: Int
    /// The place of its name; nil if it is unknown.
    let meaning: Int?

    /// Nil if it is not ours.
    init?(_ member: JSON.Member) {
        let prefixes = Self.prefixes
        guard let spelling = prefixes.firstIndex(where: { member.name.begins(with: $0) }) else { return nil }
        name = member.name
        value = member.value
        self.spelling = spelling
        meaning = Self.names.firstIndex(of: member.name.dropping(prefixes[spelling]))
    }

    var isSkip: Bool { meaning == 0 }
    var place: String { "annotation \(printable(name))" }

    var text: String {
        get throws(PolicyError) {
            guard let text = value.string else { throw error("is \(value.kind)", allowed: "a string") }
            return text
        }
    }

    /// Says that the name is unknown.
    var remark: String {
        let prefix = Self.prefixes[spelling]
        let near = nearest(to: name.dropping(prefix), among: Self.names).map { " (did you mean \(prefix)\($0)?)" } ?? ""
        return "\(place) is ignored: its name is unknown\(near); known: \(Self.names.joined(separator: ", "))"
    }

    /// What "skip" says. The host may lock it.
    func isTrue(_ text: String, _ limits: ContainerLimits?, _ remarks: inout [String]) throws(PolicyError) -> Bool {
        if let line = limits?.refusal(of: "skip", in: "", from: place) {
            remarks.append(line)
            return false
        }
        switch text {
        case "true": return true
        case "false": return false
        default: throw error("is \"\(text)\"", allowed: "\"true\", \"false\"")
        }
    }

    /// The policy's document that the text stands for; nil for the annotation that is one itself.
    func document(_ text: String) -> JSON? {
        switch meaning {
        case 2:
            // Blanks separate as well: podman 4 ends an annotation at a comma.
            let names = text.parts(between: UInt8(ascii: ",")).flatMap { $0.words }
            return Self.document(preferring: names.isEmpty ? [""] : names)
        case 3: return Self.routeDocument("mode", .string(text))
        case 4: return .object([.init("rpFilter", .string(text))])
        case 5: return .object([.init("onError", .string(text))])
        default: return nil
        }
    }

    static func document(preferring names: [String]) -> JSON {
        routeDocument("prefer", .array(names.map { .string($0) }))
    }

    private static func routeDocument(_ key: String, _ value: JSON) -> JSON {
        .object([.init("defaultRoute", .object([.init(key, value)]))])
    }

    private func error(_ problem: String, allowed: String) -> PolicyError {
        PolicyError(place: place, problem: problem, allowed: allowed)
    }
}

extension String {
    fileprivate func dropping(_ prefix: String) -> String {
        String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }
}
