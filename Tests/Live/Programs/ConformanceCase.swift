import Foundation

/// The verbs of the CNI protocol, in the order of a row's answers.
enum Verb: String, CaseIterable {
    case version = "VERSION"
    case add = "ADD"
    case delete = "DEL"
    case check = "CHECK"
    case collectGarbage = "GC"
    case status = "STATUS"

    /// The versions of the specification that have it, of those the plugin speaks.
    var versions: [String] {
        switch self {
        case .version, .add, .delete: Self.spoken
        case .check: ["0.4.0", "1.0.0", "1.1.0"]
        case .collectGarbage, .status: ["1.1.0"]
        }
    }

    static let spoken = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
}

/// One run of the plugin: what it is given, and what must come of it.
struct ConformanceCase {
    enum Answer {
        /// What the verb prints when all is well, and these words on standard error.
        case success(saying: [String])
        /// An error of this code, with these words in its message or details.
        case error(code: Int, naming: [String])
    }

    let title: String
    let verb: Verb
    let environment: [String: String]
    let input: String
    /// The program to run, with another in front of it that changes what it may do.
    let command: [String]
    let answer: Answer
    /// What the plugin prints when it succeeds, byte for byte but for white space; nil where another look is taken.
    private(set) var printed: String?

    /// The same, with something else to be printed.
    func printing(_ text: String) -> ConformanceCase {
        var other = self
        other.printed = text
        return other
    }

    /// The whole command line, for env(1).
    var line: [String] {
        ["env", "-i"] + environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + command
    }
}

/// A JSON object as text, member by member, so that a member can be anything and the order stays.
struct Members {
    private var members: [(name: String, text: String)] = []

    init(_ members: KeyValuePairs<String, String>) { self.members = members.map { ($0.key, $0.value) } }

    /// A member's JSON text; nil where there is none.
    subscript(name: String) -> String? {
        get { members.first { $0.name == name }?.text }
        set {
            let place = members.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let text?): members[place].text = text
            case (let place?, nil): members.remove(at: place)
            case (nil, let text?): members.append((name, text))
            case (nil, nil): break
            }
        }
    }

    var text: String { "{" + members.map { "\"\($0.name)\":\($0.text)" }.joined(separator: ",") + "}" }
}
