import Foundation
import Laboratory
import Testing

/// Runs cases one after the other on a stage of their own, and records whatever is not as it must be.
struct Conformance {
    let lab: Lab
    /// Without the marks: what is said of one container is among them.
    private static let state = "state c d | grep -v 'table 17738997 '; find /run -type f | sort"

    init() throws {
        lab = try Lab("Programs/conformance.sh")
        try lab.run("stage")
    }

    func expect(_ cases: [ConformanceCase], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try state()
        for (asked, outcome) in zip(cases, try outcomes(cases)) {
            let problems = outcome.problems(of: asked)
            #expect(
                problems.isEmpty, "\(asked.title): \(problems.joined(separator: "\n  "))",
                sourceLocation: sourceLocation)
        }
        #expect(try state().symmetricDifference(before) == [], "something was changed", sourceLocation: sourceLocation)
    }

    private func state() throws -> Set<Substring> { Set(try lab.run(Self.state).split(separator: "\n")) }

    func outcomes(_ cases: [ConformanceCase]) throws -> [ConformanceOutcome] {
        let folder = try TemporaryFolder()
        for (number, asked) in cases.enumerated() {
            let words = asked.line.map { $0 + "\0" }.joined()
            try words.write(toFile: "\(folder.path)/\(number).command", atomically: false, encoding: .utf8)
            try asked.input.write(toFile: "\(folder.path)/\(number).in", atomically: false, encoding: .utf8)
        }
        let statuses = try lab.run("conform '\(folder.path)' \(cases.count)").split(separator: "\n").compactMap {
            Int($0)
        }
        try #require(statuses.count == cases.count && !cases.isEmpty)
        return try statuses.enumerated().map { number, status in
            let read = { (stream: String) throws in
                try String(contentsOfFile: "\(folder.path)/\(number).\(stream)", encoding: .utf8)
            }
            return ConformanceOutcome(status: status, out: try read("out"), err: try read("err"))
        }
    }
}
