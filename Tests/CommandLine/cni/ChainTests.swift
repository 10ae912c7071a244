import JSON
import Testing

@testable import ConfigurationLists
@testable import evenkeel

/// What a person sees in the file.
@Suite struct ChainTests {
    static let head = "\"cniVersion\": \"1.0.0\", \"name\": \"web\""

    /// A list's text, what it becomes, and what it becomes with the preference.
    @Test(arguments: [
        // As podman writes it.
        (
            "[\n      {\n         \"type\": \"tuning\"\n      }\n   ]",
            "[\n      {\n         \"type\": \"tuning\"\n      },\n      {\n         \"type\": \"evenkeel\"\n      }\n   ]",
            "[\n      {\n         \"type\": \"tuning\"\n      },\n      {\n         \"type\": \"evenkeel\",\n         \"prefer\": true\n      }\n   ]"
        ),
        (
            "[\r\n\t{ \"type\": \"a\", \"b\": [1] },\r\n\t{ \"type\": \"b\", \"c\": {} }\r\n]",
            "[\r\n\t{ \"type\": \"a\", \"b\": [1] },\r\n\t{ \"type\": \"b\", \"c\": {} },\r\n\t{ \"type\": \"evenkeel\" }\r\n]",
            "[\r\n\t{ \"type\": \"a\", \"b\": [1] },\r\n\t{ \"type\": \"b\", \"c\": {} },\r\n\t{ \"type\": \"evenkeel\", \"prefer\": true }\r\n]"
        ),
        (
            "[{\"type\":\"a\"}]", "[{\"type\":\"a\"},{\"type\":\"evenkeel\"}]",
            "[{\"type\":\"a\"},{\"type\":\"evenkeel\",\"prefer\":true}]"
        ),
        (
            "[ {\"type\": \"a\"} ]", "[ {\"type\": \"a\"}, {\"type\": \"evenkeel\"} ]",
            "[ {\"type\": \"a\"}, {\"type\": \"evenkeel\", \"prefer\": true} ]"
        ),
        (
            "[{\n  \"type\": \"a\"\n}]", "[{\n  \"type\": \"a\"\n}, {\n  \"type\": \"evenkeel\"\n}]",
            "[{\n  \"type\": \"a\"\n}, {\n  \"type\": \"evenkeel\",\n  \"prefer\": true\n}]"
        ),
        // The last one is the pattern.
        (
            "[\n  {\n    \"type\": \"a\"\n  },\n  {\"type\": \"b\"}\n]",
            "[\n  {\n    \"type\": \"a\"\n  },\n  {\"type\": \"b\"},\n  {\"type\": \"evenkeel\"}\n]",
            "[\n  {\n    \"type\": \"a\"\n  },\n  {\"type\": \"b\"},\n  {\"type\": \"evenkeel\", \"prefer\": true}\n]"
        ),
        (
            "[\n    { \"type\" : \"a\" }\n  , { \"type\" : \"b\" }\n]",
            "[\n    { \"type\" : \"a\" }\n  , { \"type\" : \"b\" }\n  , { \"type\" : \"evenkeel\" }\n]",
            "[\n    { \"type\" : \"a\" }\n  , { \"type\" : \"b\" }\n  , { \"type\" : \"evenkeel\", \"prefer\" : true }\n]"
        ),
        (
            "[\n\n    {\"type\":\n      \"a\"}]",
            "[\n\n    {\"type\":\n      \"a\"},\n    {\"type\":\n      \"evenkeel\"}]",
            "[\n\n    {\"type\":\n      \"a\"},\n    {\"type\":\n      \"evenkeel\", \"prefer\":\n      true}]"
        ),
    ])
    func theEntryLooksLikeTheOthers(plugins: String, plain: String, preferred: String) throws {
        for (prefer, expected) in [(false, plain), (true, preferred)] {
            let change = try list(plugins).adding(prefer: prefer)
            #expect(change.text == bytes(expected))
            #expect(change.done == "added to" && change.notes == [])
            #expect(try list(expected).removing().text == bytes(plugins))
        }
    }

    @Test(arguments: [
        ("{\"type\": \"evenkeel\"}", "{\"type\": \"evenkeel\", \"prefer\": true}"),
        ("{\"type\":\"evenkeel\",\"prefer\":false}", "{\"type\":\"evenkeel\",\"prefer\":true}"),
        ("{\"prefer\": null, \"type\": \"evenkeel\"}", "{\"prefer\": true, \"type\": \"evenkeel\"}"),
        (
            "{\n  \"type\": \"evenkeel\",\n  \"policy\": {\"invalid\": {\"mode\": \"keep\"}}\n}",
            "{\n  \"type\": \"evenkeel\",\n  \"policy\": {\"invalid\": {\"mode\": \"keep\"}},\n  \"prefer\": true\n}"
        ),
    ])
    func aPreferenceIsAddedToWhatIsThere(entry: String, expected: String) throws {
        let change = try list("[{\"type\": \"a\"}, \(entry)]").adding(prefer: true)
        #expect(change.text == bytes("[{\"type\": \"a\"}, \(expected)]"))
        #expect(change.done == "added \"prefer\": true to" && change.proposed == "would add \"prefer\": true to")
        #expect(try list("[{\"type\": \"a\"}, \(expected)]").adding(prefer: true) == .unchanged("already has it"))
        // Nobody asked for it to go.
        #expect(try list("[{\"type\": \"a\"}, \(expected)]").adding(prefer: false) == .unchanged("already has it"))
    }

    @Test(arguments: [
        ("[{\"type\": \"evenkeel\"}, {\"type\": \"a\"}]", "it is not the last"),
        ("[{\"type\": \"evenkeel\"}]", "it is the only plugin"),
        ("[{\"type\": \"a\"}, {\"type\": \"evenkeel\"}, {\"type\": \"evenkeel\"}]", "it has the plugin 2 times"),
    ])
    func anEntryThatCannotDoItsWorkIsTold(plugins: String, note: String) throws {
        let change = try list(plugins).adding(prefer: false)
        #expect(change.text == nil && change.notes.count == 1)
        #expect(change.notes.first?.hasPrefix(note) == true)
    }

    @Test func removingTakesEveryEntryWhateverItSays() throws {
        let change = try list(
            "[{\"type\":\"evenkeel\"}, {\"type\":\"a\"} ,\n{\"policy\":{}, \"type\":\"evenkeel\"},{\"type\":\"b\"}]"
        ).removing()
        #expect(change.text == bytes("[{\"type\":\"a\"},{\"type\":\"b\"}]"))
        #expect(change.notes == ["it had the plugin 2 times"])
    }

    /// The work must grow with their number, not with its square.
    @Test func removingTakesAnyNumberOfEntries() throws {
        let ours = String(repeating: ",{\"type\":\"evenkeel\"}", count: 10_000)
        #expect(try list("[{\"type\":\"a\"}\(ours)]").removing().text == bytes("[{\"type\":\"a\"}]"))
    }

    @Test(arguments: [
        "evenkeel2", "Evenkeel", " evenkeel", "evenkeel/", "even\\u0000keel".replacing("\\u0000", with: "-"),
    ])
    func whatOnlyLooksLikeOursStays(type: String) throws {
        let plugins = "[{\"type\": \"a\", \"ipam\": {\"type\": \"evenkeel\"}}, {\"type\": \"\(type)\"}]"
        #expect(try list(plugins).removing() == .unchanged("does not have it"))
        #expect(try list(plugins).adding(prefer: false).text != nil)
    }

    @Test func theLastPluginIsNotTakenOut() throws {
        for plugins in ["[{\"type\":\"evenkeel\"}]", "[{\"type\":\"evenkeel\"}, {\"type\":\"evenkeel\"}]"] {
            let refusal = #expect(throws: Refusal.self) { try list(plugins).removing() }
            #expect(refusal?.reason.contains("only plugin") == true)
        }
    }

    private func list(_ plugins: String) throws -> ConfigurationList { try ConfigurationList(bytes(plugins)) }

    private func bytes(_ plugins: String) -> [UInt8] { Array("{\(Self.head), \"plugins\": \(plugins)}\n".utf8) }
}
