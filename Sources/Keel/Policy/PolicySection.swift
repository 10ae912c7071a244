import JSON
import LinuxSystem
import Netlink

/// A value of the document, with its place and key for errors.
struct PolicySection {
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

    /// The members by the places of their names among `names`. One with another name is a fault, and so is a value without members.
    /// Not generic and without a closure: it is in the static programs once.
    @inline(never)
    func entries(among names: [String], _ faults: inout [PolicyError]) -> [Entry] {
        guard let members = value.members else {
            error("is \(value.kind)", allowed: "an object").note(in: &faults)
            return []
        }
        var entries: [Entry] = []
        for member in members {
            let section = PolicySection(
                member.value, place: place, key: key.isEmpty ? member.name : "\(key).\(member.name)")
            if let key = names.firstIndex(of: member.name) {
                entries.append(Entry(key: key, section: section))
            } else {
                section.unknown(member.name, among: names).note(in: &faults)
            }
        }
        return entries
    }

    /// Hands each known member to `take`, with the place of its name. What `take` refuses is a fault.
    @inline(never)
    func read(
        _ names: [String], _ faults: inout [PolicyError],
        _ take: (Int, PolicySection, inout [PolicyError]) throws(PolicyError) -> Void
    ) {
        for entry in entries(among: names, &faults) {
            do throws(PolicyError) { try take(entry.key, entry.section, &faults) } catch { error.note(in: &faults) }
        }
    }

    struct Entry {
        let key: Int
        let section: PolicySection
    }

    @inline(never)
    private func unknown(_ name: String, among names: [String]) -> PolicyError {
        let suggestion = nearest(to: name, among: names).map { " (did you mean \($0)?)" } ?? ""
        return PolicyError(
            place: place, key: key, problem: "is not a key of the policy\(suggestion)",
            allowed: names.joined(separator: ", "), isUnknownKey: true)
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
        let allowed = Self.quoted(words)
        guard let text = value.string else { return error("is \(value.kind)", allowed: allowed) }
        return error("is \"\(printable(text))\"", allowed: allowed)
    }

    private static func quoted(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ", ") }

    /// Those of an array's names that are known; nil for another value. An empty array is no missing one: it holds none.
    /// `areAnnotations`: any spelling of an annotation will do.
    func names(among known: [String], areAnnotations: Bool = false, _ faults: inout [PolicyError]) -> [String]? {
        let allowed = "an array of \(Self.quoted(known))"
        guard let elements = value.elements else {
            error("is \(value.kind)", allowed: allowed).note(in: &faults)
            return nil
        }
        var names: [String] = []
        for element in elements {
            let text = element.string ?? ""
            let name = areAnnotations ? Annotation.canonical(text) : text
            if known.contains(name) {
                names.append(name)
            } else {
                let wrong = element.string == nil ? element.kind : "\"\(printable(text))\""
                error("holds \(wrong)", allowed: allowed).note(in: &faults)
            }
        }
        return names
    }

    @inline(never)
    func boolean() throws(PolicyError) -> Bool {
        guard let boolean = value.boolean else { throw error("is \(value.kind)", allowed: "true, false") }
        return boolean
    }

    @inline(never)
    func group() throws(PolicyError) -> String {
        guard let name = value.string, !name.isEmpty else {
            throw error("is \(described)", allowed: "the name or the number of a group")
        }
        return name
    }

    private static let mostPreferences = 256

    @inline(never)
    func preferences() throws(PolicyError) -> [Preference] {
        let allowed =
            "an array of names of networks or interfaces, globs (\"web*\") or prefixes that hold the gateway (\"10.89.3.0/24\")"
        let texts = try strings(allowed: allowed)
        // Each is compared with every network, and an image may have written them.
        guard texts.count <= Self.mostPreferences else {
            throw error("holds \(texts.count) names", allowed: "at most \(Self.mostPreferences)")
        }
        var preferences: [Preference] = []
        for text in texts {
            guard let preference = Preference(text) else { throw holds(text, allowed: allowed) }
            preferences.append(preference)
        }
        return preferences
    }

    private func strings(allowed: String) throws(PolicyError) -> [String] {
        guard let elements = value.elements else { throw error("is \(value.kind)", allowed: allowed) }
        var strings: [String] = []
        for element in elements {
            guard let text = element.string else { throw error("holds \(element.kind)", allowed: allowed) }
            strings.append(text)
        }
        return strings
    }

    /// The error for an element that is not allowed.
    private func holds(_ text: String, allowed: String) -> PolicyError {
        error("holds \"\(printable(text))\"", allowed: allowed)
    }

    @inline(never)
    func size() throws(PolicyError) -> Policy.Conntrack.Size {
        let allowed = "\"auto\", \"keep\", a number of entries from 1 to 2147483647"
        switch value {
        case .string("auto"): return .automatic
        case .string("keep"): return .keep
        case .integer(let entries) where (1...Int64(Int32.max)).contains(entries): return .entries(Int(entries))
        default: throw error("is \(described)", allowed: allowed)
        }
    }

    @inline(never)
    func seconds() throws(PolicyError) -> Int {
        guard let seconds = value.integer, (1...Int64(Int32.max)).contains(seconds) else {
            throw error("is \(described)", allowed: "a number of seconds from 1 to 2147483647")
        }
        return Int(seconds)
    }

    @inline(never)
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
