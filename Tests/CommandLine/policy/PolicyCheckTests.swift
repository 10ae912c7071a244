import Foundation
import JSON
import Testing

@testable import evenkeel

@Suite struct PolicyCheckTests {
    @Test func eachFaultIsNamedWithItsLineAndColumn() {
        let text = """
            {
              "defaultRoute": { "mode": "foo", "prefered": [],
                 "sourceRules": 1 },
              "rpfilter": "loose",
              "é": 7, "watch": { "group": "" }, "a.b": {},
              "annotations": { "allow": ["evenkeel.skp"] }, "invalid": []
            }
            """
        let faults = PlacedFault.all(in: Array(text.utf8), "a\u{1b}.json").map { $0.text }
        #expect(
            faults.map { String($0.prefix { $0 != ";" }) } == [
                #"a?.json:2:29: defaultRoute.mode is "foo""#,
                "a?.json:2:36: defaultRoute.prefered is not a key of the policy (did you mean prefer?)",
                "a?.json:3:21: defaultRoute.sourceRules is a number",
                "a?.json:4:3: rpfilter is not a key of the policy (did you mean rpFilter?)",
                "a?.json:5:3: é is not a key of the policy", #"a?.json:5:31: watch.group is """#,
                "a?.json:5:37: a.b is not a key of the policy",
                #"a?.json:6:29: annotations.allow holds "evenkeel.skp""#, "a?.json:6:60: invalid is an array",
            ])
        #expect(faults.first?.hasSuffix(#"; allowed: "distinct", "one", "ranked", "keep""#) == true)
    }

    @Test(arguments: [
        ("{\"a\":1,\n }", "x:2:2: the document is not JSON: a name in double quotes expected, but there is '}'"),
        ("", "x:1:1: the document is not JSON: the text is empty"), ("[]", "x:1:1: the document is an array"),
        (#"{"rpFilter":"keep","rpFilter":"keep"}"#, "x:1:20: the document is not JSON: the object has"),
    ])
    func aDocumentThatIsNoneIsOneFault(text: String, says: String) {
        let faults = PlacedFault.all(in: Array(text.utf8), "x")
        #expect(faults.count == 1 && faults[0].text.hasPrefix(says))
    }

    @Test func whatIsRightHasNoFault() {
        #expect(PlacedFault.all(in: Array(#"{"rpFilter":"keep"}"#.utf8), "x").isEmpty)
        #expect(PlacedFault.all(in: Array("{}".utf8), "x").isEmpty)
    }

    @Test func aFileThatIsMissingIsAFaultWithoutAPlace() {
        let faults = PlacedFault.all(in: "/nonexistent/policy.json")
        #expect(faults.count == 1 && faults[0].text.contains("is unreadable") && faults[0].text.contains("ENOENT"))
        #expect(faults.first?.json["line"] == .null)
    }

    @Test func inJSONAFaultHasAllOfThat() {
        let fault = PlacedFault.all(in: Array(#"{"rpFilter":"x"}"#.utf8), "p").first?.json
        #expect(fault?["file"] == .string("p") && fault?["line"] == .integer(1) && fault?["column"] == .integer(13))
        #expect(fault?["key"] == .string("rpFilter") && fault?["problem"] == .string(#"is "x""#))
        #expect(fault?["allowed"] == .string(#""loose", "relax", "keep""#))
    }

    @Test func wrongCommandLinesAreRefused() {
        for wrong in [
            ["check", ""], ["check", "--nonsense"], ["show", "x"], ["show", "--container", ""], ["schema", "x"], ["x"],
        ] {
            #expect(throws: (any Error).self) { try PolicyCommand.parseAsRoot(wrong) }
        }
        for right in [["check"], ["check", "a", "b", "--json"], ["show", "--container", "web", "--json"], ["schema"]] {
            #expect(throws: Never.self) { try PolicyCommand.parseAsRoot(right) }
        }
    }
}
