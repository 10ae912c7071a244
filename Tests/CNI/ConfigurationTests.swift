import CNI
import JSON
import Testing

@Suite struct ConfigurationTests {
    @Test(arguments: ["ADD", "DEL", "CHECK", "VERSION"], Version.supported)
    func everyVerbIsTakenInEveryVersionThatHasIt(verb: String, version: String) throws {
        let call = Call(verb, Call.configuration(version: "\"\(version)\""))
        if verb == "CHECK" && ["0.3.0", "0.3.1"].contains(version) {
            #expect(call.error()?.code == .incompatibleVersion)
            #expect(call.error()?.message == "cniVersion \(version) is not supported for CHECK")
            #expect(call.error()?.details == "the network configuration must name one of 0.4.0, 1.0.0, 1.1.0")
            return
        }
        let request = try call.request()
        #expect(request.command.rawValue == verb && request.version == version)
        #expect(
            request.containerID == "4f1c" && request.namespacePath == "/run/netns/cni-1" && request.interface == "eth0")
        #expect(request.previousResult == .object([.init("interfaces", .array([]))]))
        #expect(request.policy == nil)
    }

    @Test(
        arguments: ["ADD", "DEL", "CHECK"],
        ["0.1.0", "0.2.0", "0.3", "1.0", "1.0.1", "1.2.0", "2.0.0", "v1.0.0", "1.0.0 "])
    func aVersionIsSupportedOnlyIfItIsListed(verb: String, version: String) {
        let error = Call(verb, Call.configuration(version: "\"\(version)\"")).error()
        #expect(error?.code == .incompatibleVersion)
        #expect(error?.message == "cniVersion \(version) is not supported for \(verb)")
    }

    @Test(arguments: [nil, "\"\""]) func noVersionMeansTheFirstThereWas(version: String?) throws {
        let configuration = Call.configuration(version: version)
        let error = Call("ADD", configuration).error()
        #expect(error?.code == .incompatibleVersion && error?.message.contains("names no cniVersion") == true)
        #expect(error?.version == Version.newest && error?.details.contains("0.3.0, 0.3.1") == true)
        #expect(try Call("VERSION", configuration).request().version == (version == nil ? Version.newest : "0.1.0"))
    }

    @Test(arguments: ["1", "null", "[\"1.0.0\"]", "true"], ["ADD", "DEL", "CHECK", "VERSION"])
    func aVersionIsAString(version: String, verb: String) {
        #expect(Call(verb, Call.configuration(version: version)).error()?.code == .decoding)
    }

    @Test(arguments: ["9.9.9", "0.2.0", "1.1.0", "nonsense"]) func versionAnswersWhateverIsAsked(version: String) throws
    {
        let request = try Call("VERSION", "{\"cniVersion\":\"\(version)\"}").request()
        #expect(
            Version.answer(to: request.version).text()
                == #"{"cniVersion":"\#(version)","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"#)
    }

    @Test func theNewestVersionIsASupportedOne() {
        #expect(Version.supported.last == Version.newest)
    }

    @Test(
        arguments: ["ADD", "DEL", "CHECK", "VERSION"], [" ", "{", "eth0", "{} {}", "{\"name\":\"a\",\"name\":\"b\"}"])
    func aConfigurationThatIsNotJSONIsADecodingError(verb: String, configuration: String) {
        let error = Call(verb, configuration).error()
        #expect(error?.code == .decoding && error?.message == "the network configuration on standard input is not JSON")
        #expect(error?.details.hasPrefix("line 1, column ") == true)
    }

    @Test func versionNeedsNoConfiguration() throws {
        #expect(try Call("VERSION", "").request().version == Version.newest)
        #expect(Call("ADD", "").error()?.code == .decoding)
    }

    @Test(arguments: [("[]", "an array"), ("null", "null"), ("\"{}\"", "a string"), ("1", "a number")])
    func aConfigurationIsAnObject(configuration: String, kind: String) {
        let error = Call("ADD", configuration).error()
        #expect(error?.code == .decoding && error?.message == "the network configuration is \(kind), not an object")
        #expect(error?.details.isEmpty == false)
    }

    @Test(arguments: ["ADD", "CHECK"], [nil, "null"]) func thePluginIsChainedBehindOthers(
        verb: String, previous: String?
    ) {
        let error = Call(verb, Call.configuration(version: "\"1.0.0\"", previous: previous)).error()
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.hasPrefix("there is no prevResult") == true)
        #expect(error?.details.contains(#"{"type": "evenkeel"}"#) == true)
    }

    @Test(arguments: [nil, "null", "{}"]) func deleteForgivesAMissingResult(previous: String?) throws {
        let call = Call("DEL", Call.configuration(version: "\"0.4.0\"", previous: previous))
        #expect(try call.setting("CNI_NETNS", nil).request().command == .delete)
    }

    @Test(
        arguments: ["ADD", "CHECK", "DEL"],
        [("[]", "an array"), ("[{}]", "an array"), ("\"{}\"", "a string"), ("0", "a number"), ("true", "a boolean")])
    func aResultIsAnObject(verb: String, previous: (text: String, kind: String)) {
        let error = Call(verb, Call.configuration(version: "\"1.0.0\"", previous: previous.text)).error()
        #expect(error?.code == .decoding && error?.version == "1.0.0")
        #expect(error?.message == "prevResult is \(previous.kind), not an object")
    }

    @Test(arguments: ["\"\"", "7", "null", "[]", "\"-web\"", "\"a/b\"", "\"a b\""]) func aNetworksNameIsOne(
        name: String
    ) {
        let error = Call("ADD", #"{"cniVersion":"1.0.0","name":\#(name),"prevResult":{}}"#).error()
        #expect(error?.code == .invalidConfiguration && error?.version == "1.0.0")
        #expect(error?.message == "name of the network configuration is missing or not a name")
    }

    @Test func whatOthersSetSurvives() throws {
        let result = #"{"cniVersion":"1.0.0","future":{"z":0.1,"a":[1e+300,-0.0,null]},"dns":{},"ips":[]}"#
        let policy = #"{"rpFilter":"keep","unknown":[]}"#
        let call = Call("ADD", #"{"cniVersion":"1.0.0","name":"n","policy":\#(policy),"prevResult":\#(result)}"#)
        let request = try call.request()
        #expect(request.previousResult?.text() == result)
        #expect(request.policy?.text() == policy)
    }
}
