import JSON
import Laboratory
import Testing

/// Some members of a large object, parsed by themselves.
@Suite struct SkimTests {
    private func skim(_ text: String, _ paths: [[String]]) throws -> JSON {
        try JSON(parsing: Array(text.utf8), only: paths)
    }

    @Test func whatIsAskedForIsThereAndNothingElse() throws {
        let text = #" {"a" : 1 ,"b":{"c":[{"d":"}\""}],"e":"x"},"f":"\\","g":{},"h":true , "i":[ ] } "#
        #expect(try skim(text, [["a"]]).members?.map { $0.name } == ["a"])
        #expect(try skim(text, [["b", "e"], ["h"], ["z"]]) == JSON(parsing: Array(#"{"b":{"e":"x"},"h":true}"#.utf8)))
        #expect(try skim(text, [["b"], ["b", "e"]])["b"]?["c"]?.elements?[0]["d"]?.string == "}\"")
        #expect(try skim(text, [["f"]])["f"]?.string == "\\")
        #expect(
            try skim(text, [["g", "x"], ["a", "x"], ["i", "x"]])
                == .object(["a", "g", "i"].map { .init($0, .object([])) }))
        #expect(try skim(text, []) == .object([]))
    }

    @Test(arguments: ["[]", "7", "\"a\"", "null"])
    func whereThereIsNoObjectThereAreNoMembers(text: String) throws {
        #expect(try skim(text, [["a"]]) == .object([]))
    }

    @Test(arguments: [
        #"{"a":1"#, #"{"a""#, #"{"a":"x}"#, #"{"a":[1}"#, #"{"a":tru}"#, #"{"a":}"#, #"{a:1}"#, #"{"a":1 "b":2}"#,
        "", " ", #"{"a":1}x"#, #"{"b":[1,]}"#, #"{"b":"\x"}"#, #"{"b":01}"#, #"{"b":nul}"#, "{\"b\":\"\n\"}",
    ])
    func brokenTextIsRefused(text: String) {
        #expect(throws: JSONError.self) { try skim(text, [["a"]]) }
    }

    @Test func aNameIsTheSameHoweverItIsEscaped() throws {
        #expect(try skim(#"{"\u0061":{"b\u0063":1}}"#, [["a", "bc"]])["a"]?["bc"]?.integer == 1)
    }

    @Test func aNameTwiceIsRefusedWhereItIsAskedForAndPassedOverElsewhere() throws {
        for text in [#"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"a":{"b":1,"b":2}}"#] {
            #expect(throws: JSONError.self) { try skim(text, [["a"]]) }
            #expect(try skim(text, [["c"]]) == .object([]))
        }
    }

    @Test func membersOfRandomDocumentsAreThoseOfTheWhole() throws {
        var random = SeededGenerator(seed: 69)
        for _ in 0..<1000 {
            let names = (0..<Int.random(in: 0...5, using: &random)).map { "n\($0)" }
            let inner = names.map { JSON.Member($0, .random(depth: 3, using: &random)) }
            let document = JSON.object(
                names.map { JSON.Member($0, .random(depth: 3, using: &random)) } + [JSON.Member("in", .object(inner))])
            for pretty in [false, true] {
                let text = Array(document.text(pretty: pretty).utf8)
                for name in names + ["in"] {
                    #expect(try JSON(parsing: text, only: [[name]])[name] == document[name])
                }
                for name in names {
                    #expect(try JSON(parsing: text, only: [["in", name]])["in"]?[name] == document["in"]?[name])
                }
                // Whatever is cut off, it is noticed.
                let cut = Int.random(in: 1..<text.count, using: &random)
                #expect(throws: JSONError.self) { try JSON(parsing: Array(text[..<cut]), only: [["in"]]) }
            }
        }
    }

    @Test func randomBytesAreSurvived() {
        var random = SeededGenerator(seed: 70)
        let some = Array("{}[]\":,\\a1 \n".utf8)
        for _ in 0..<20_000 {
            let text =
                [UInt8(ascii: "{")]
                + (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in some.randomElement(using: &random) }
            _ = try? JSON(parsing: text, only: [["a"], ["a", "a"], ["1"]])
        }
    }
}
