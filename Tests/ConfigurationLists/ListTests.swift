import Testing

@testable import ConfigurationLists

@Suite struct ListTests {
    private func list(_ members: String) throws -> ConfigurationList {
        try ConfigurationList(Array("{\(members)\"plugins\": [{\"type\": \"bridge\"}, {\"type\": \"a/b\"}]}".utf8))
    }

    @Test func itsNameAndTypesAreThoseOfTheText() throws {
        let list = try list("\"name\": \"web\", ")
        #expect(list.name == "web")
        #expect(list.pluginTypes == ["bridge", "a/b"])
        #expect(try self.list("").name == nil)
        #expect(try self.list("\"name\": 1, ").name == nil)
    }

    @Test(arguments: [("", false), ("false", false), ("true", true), ("\"true\"", false), ("1", false)])
    func onlyTrueKeepsDropInsAway(value: String, expected: Bool) throws {
        let list = try list(value.isEmpty ? "" : "\"loadOnlyInlinedPlugins\": \(value), ")
        #expect(list.loadsOnlyInlinedPlugins == expected)
    }
}
