import ArgumentParser
import Discovery
import EngineNetworks

/// What the shells' completions ask this program for, while somebody types. What cannot be found is not offered.
extension CompletionKind {
    /// The containers that are there: by their names, or by their ids.
    static var containers: CompletionKind {
        .custom { _, _, typed in
            guard let survey = try? Survey.all() else { return [] }
            let containers = survey.namespaces.flatMap(\.containers)
            return offered(containers.map { $0.name ?? $0.shortID }, for: typed)
        }
    }

    /// The networks of root's engines.
    static var networks: CompletionKind {
        .custom { _, _, typed in offered(EngineNetworks().all.map(\.name), for: typed) }
    }

    /// Without what a shell or a terminal would take for something else: whoever makes a container chooses its name.
    private static func offered(_ names: [String], for typed: String) -> [String] {
        let plain = names.filter { name in
            !name.isEmpty && name.utf8.allSatisfy { isPlain($0) } && name.hasPrefix(typed)
        }
        return Set(plain).sorted()
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber || "-_./".contains(character))
    }
}
