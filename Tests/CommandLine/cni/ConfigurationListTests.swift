import CNI
import Testing

@testable import ConfigurationLists
@testable import evenkeel

/// What is refused, and why.
@Suite struct ConfigurationListTests {
    private static let plugins = "\"plugins\": [{\"type\": \"bridge\"}]"
    private static let named = "\"name\": \"web\", \"cniVersion\": \"1.0.0\""

    /// Neither added to nor taken out of.
    @Test(arguments: [
        ("", "it is not JSON: line 1, column 1: the text is empty"),
        ("{\n  \"a\": 1,\n}", "it is not JSON: line 3, column 1: "),
        (
            "{\(named),\n \(plugins),\n \(plugins)}",
            "it is not JSON: line 3, column 2: the object has the name \"plugins\" twice"
        ),
        ("{\(named), \"plugins\": [{\"type\": \"a\", \"type\": \"b\"}]}", "the name \"type\" twice"),
        ("{\(named), \(plugins)} x", "the end of the text expected, but there is 'x'"),
        ("\u{feff}{\(named), \(plugins)}", "it is not JSON: line 1"),
        ("{\(named), \(plugins), \"n\": 1\u{0}}", "a NUL byte"),
        ("[]", "it is no CNI configuration: it holds an array"),
        ("null", "it is no CNI configuration: it holds null"),
        ("{}", "it has no \"plugins\", so it is no CNI configuration list"),
        ("{\"type\": 7}", "it has no \"plugins\", so it is no CNI configuration list"),
        ("{\(named), \"type\": \"loopback\"}", "it configures the single plugin \"loopback\""),
        ("{\(named), \"type\": \"multus\", \"clusterNetwork\": \"x\"}", "it is Multus' own"),
        ("{\(named), \"type\": \"multus-shim\"}", "it is Multus' own"),
        ("{\(named), \"type\": \"other\", \"delegates\": []}", "it is Multus' own"),
        ("{\(named), \"plugins\": {}}", "\"plugins\" is an object, not an array"),
        ("{\(named), \"plugins\": null}", "\"plugins\" is null, not an array"),
        ("{\(named), \"plugins\": []}", "\"plugins\" is empty"),
        ("{\(named), \"plugins\": [{\"type\": \"a\"}, []]}", "number 2 of \"plugins\" is an array, not an object"),
        ("{\(named), \"plugins\": [{\"Type\": \"a\"}]}", "number 1 of \"plugins\" has no \"type\""),
        ("{\(named), \"plugins\": [{\"type\": \"\"}]}", "number 1 of \"plugins\" has an empty \"type\""),
        ("{\(named), \"plugins\": [{\"type\": 1}]}", "\"type\" of number 1 of \"plugins\" is a number, not a string"),
    ])
    func whatIsNoListIsRefused(text: String, reason: String) {
        let refusal = #expect(throws: Refusal.self) { try ConfigurationList(Array(text.utf8)) }
        #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
    }

    @Test func aNumberStaysAsItIsWritten() throws {
        let numbers = "\"n\": [99999999999999999999, 1e999, 1.50, -0]"
        let list = try ConfigurationList(Array("{\(Self.named), \(Self.plugins), \(numbers)}".utf8))
        let text = try #require(try list.adding(prefer: false).text)
        #expect(String(decoding: text, as: UTF8.self).hasSuffix("\"}], \(numbers)}"))
    }

    /// Our plugin would not work there; taking it out can only help.
    @Test(arguments: [
        ("\"cniVersion\": \"1.0.0\"", "it has no \"name\""),
        ("\"cniVersion\": \"1.0.0\", \"name\": 1", "\"name\" is a number, not a string"),
        ("\"cniVersion\": \"1.0.0\", \"name\": \"\"", "\"name\" is \"\"; a network's"),
        ("\"cniVersion\": \"1.0.0\", \"name\": \"-a\"", "\"name\" is \"-a\"; a network's"),
        ("\"cniVersion\": \"1.0.0\", \"name\": \"a b\"", "\"name\" is \"a b\"; a network's"),
        ("\"cniVersion\": \"1.0.0\", \"name\": \"a\\u001b\"", "\"name\" is \"a?\"; a network's"),
        ("\"name\": \"web\"", "it has no \"cniVersion\", which means 0.1.0; evenkeel speaks 0.3.0, 0.3.1"),
        ("\"name\": \"web\", \"cniVersions\": []", "it has no \"cniVersion\""),
        ("\"name\": \"web\", \"cniVersion\": \"\"", "its cniVersion is \"\"; evenkeel speaks"),
        ("\"name\": \"web\", \"cniVersion\": \"0.2.0\"", "its cniVersion is \"0.2.0\"; evenkeel speaks"),
        ("\"name\": \"web\", \"cniVersion\": \"v1.0.0\"", "its cniVersion is \"v1.0.0\""),
        ("\"name\": \"web\", \"cniVersion\": 1.0", "\"cniVersion\" is a number, not a string"),
        ("\"name\": \"web\", \"cniVersions\": \"1.0.0\"", "\"cniVersions\" is a string, not an array"),
        ("\"name\": \"web\", \"cniVersions\": [\"1.0.0\", 1]", "\"cniVersions\" holds more than strings"),
        ("\"name\": \"web\", \"cniVersions\": [\"0.2.0\", \"2.0.0\"]", "none of its cniVersions is known"),
        ("\"name\": \"web\", \"cniVersion\": \"0.2.0\", \"cniVersions\": [\"1.0.0\"]", "its cniVersion is \"0.2.0\""),
    ])
    func whereOursWouldNotWorkItIsNotAdded(members: String, reason: String) throws {
        let text = { (plugins: String) in Array("{\(members), \"plugins\": [\(plugins)]}".utf8) }
        let bridge = "{\"type\": \"bridge\"}"
        let refusal = #expect(throws: Refusal.self) {
            try ConfigurationList(text(bridge)).adding(prefer: false)
        }
        #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
        let change = try ConfigurationList(text(bridge + ",{\"type\": \"evenkeel\"}")).removing()
        #expect(change.text == text(bridge))
    }

    @Test func inMultusOwnListItIsNotAdded() throws {
        for type in ["multus", "multus-shim"] {
            let text = Array("{\(Self.named), \"plugins\": [{\"type\": \"\(type)\"}]}".utf8)
            #expect(throws: Refusal.multus) { try ConfigurationList(text).adding(prefer: false) }
            #expect(try ConfigurationList(text).removing().text == nil)
        }
    }

    @Test(arguments: ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"])
    func everyVersionThePluginSpeaksIsTaken(version: String) throws {
        for members in [
            "\"cniVersion\": \"\(version)\"", "\"cniVersions\": [\"0.2.0\", \"\(version)\"]",
            "\"cniVersion\": \"\(version)\", \"cniVersions\": [\"0.1.0\", \"1.1.0\"]",
        ] {
            let text = "{\"name\": \"a\", \(members), \(Self.plugins)}"
            let change = try ConfigurationList(Array(text.utf8)).adding(prefer: false)
            #expect(change.text != nil && change.notes == [])
        }
    }

    @Test func theVersionsAreThePlugins() { #expect(ConfigurationList.versions == Version.supported) }

    @Test func aVersionToComeIsTold() throws {
        let text =
            "{\"name\": \"a\", \"cniVersion\": \"1.0.0\", \"cniVersions\": [\"1.0.0\", \"1.2.0\"], \(Self.plugins)}"
        let change = try ConfigurationList(Array(text.utf8)).adding(prefer: false)
        #expect(change.text != nil && change.notes.count == 1)
        #expect(change.notes.first?.contains("1.2.0, which evenkeel does not support") == true)
    }
}
