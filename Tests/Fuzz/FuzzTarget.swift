import Foundation

/// Something that reads what nobody vouches for, and what holds of it for every input.
struct FuzzTarget: Sendable {
    let name: String
    /// What an input is, for `--list`.
    let input: String
    /// The file of words that inputs are made of, if there is one.
    var dictionary: String?
    /// Reads an input. Traps, or calls `require`, if something does not hold.
    let check: @Sendable ([UInt8]) -> Void

    static let all = texts + protocols + messages + composed + rulesets + engines + plugins

    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Ends the program with that complaint if something does not hold.
func require(_ holds: Bool, _ complaint: @autoclosure () -> String) {
    if holds { return }
    FileHandle.standardError.write(Data("evenkeel-fuzz: \(complaint())\n".utf8))
    abort()
}
