import CNI
import JSON
import Testing

@Suite struct ContainerArgumentsTests {
    private static let configuration = Call.configuration(version: "\"1.0.0\"")

    private func settings(_ arguments: String, _ configuration: String = configuration) throws -> [String] {
        let request = try Call("ADD", configuration).setting("CNI_ARGS", arguments).request()
        return try request.containerArguments().map { "\($0.place) \($0.settings.text())" }
    }

    private func error(_ arguments: String, _ configuration: String = configuration) throws -> CNIError? {
        let request = try Call("ADD", configuration).setting("CNI_ARGS", arguments).request()
        do { _ = try request.containerArguments() } catch { return error }
        return nil
    }

    @Test func ourKeysAreTakenFromTheEnvironment() throws {
        #expect(
            try settings("EVENKEEL_SKIP=false;EVENKEEL_PREFER=1;EVENKEEL_DEFAULT_ROUTE=eth1,10.0.0.0/8")
                == [
                    #"CNI_ARGS {"skip":false,"prefer":true,"defaultRoute":{"prefer":["eth1","10.0.0.0/8"]}}"#
                ])
    }

    @Test(arguments: [
        "", "IgnoreUnknown=1", "IgnoreUnknown=true;K8S_POD_NAME=a=b;K8S_POD_NAMESPACE=;", "FOO=1;IgnoreUnknown=1",
    ])
    func othersKeysPassWhereTheRuntimeSaysSo(arguments: String) throws {
        #expect(try settings(arguments) == ["CNI_ARGS {}"])
    }

    @Test(arguments: ["FOO=1", "IgnoreUnknown=0;K8S_POD_NAME=a", "evenkeel_skip=true"])
    func othersKeysAreOtherwiseAnError(arguments: String) throws {
        let error = try error(arguments)
        #expect(error?.code == .invalidEnvironment && error?.message.contains("unknown keys") == true)
        #expect(error?.details.contains("EVENKEEL_DEFAULT_ROUTE") == true)
    }

    @Test(arguments: [
        "nonsense", "=1", "EVENKEEL_SKIP", "EVENKEEL_SKIP=maybe", "EVENKEEL_PREFER=", "IgnoreUnknown=yes",
    ])
    func whatIsMalformedIsAnError(arguments: String) throws {
        #expect(try error(arguments)?.code == .invalidEnvironment)
    }

    @Test func laterPlacesComeLater() throws {
        let configuration =
            #"{"cniVersion":"1.0.0","name":"n","prevResult":{},"runtimeConfig":{"evenkeel":{"skip":true}},"#
            + #""args":{"cni":{"evenkeel":{"prefer":true},"other":1}}}"#
        #expect(
            try settings("", configuration) == [
                "CNI_ARGS {}", #"args.cni.evenkeel {"prefer":true}"#,
                #"runtimeConfig.evenkeel {"skip":true}"#,
            ])
    }

    @Test(arguments: [
        (#"{"io.kubernetes.cri.pod-annotations":{"evenkeel.skip":"true","app":"web"}}"#, ["evenkeel.skip", "app"]),
        (#"{"io.kubernetes.cri.pod-annotations":null}"#, []), ("{}", []), ("7", []),
    ]) func aPodsAnnotationsAreFound(runtimeConfig: String, names: [String]) throws {
        let text = #"{"cniVersion":"1.0.0","name":"n","prevResult":{},"runtimeConfig":\#(runtimeConfig)}"#
        #expect(try Call("ADD", text).request().podAnnotations.map(\.name) == names)
    }

    @Test(arguments: ["1", "[]", "\"\"", "true"]) func settingsAreAnObject(value: String) throws {
        for (before, after) in [(#""runtimeConfig":{"evenkeel":"#, "}"), (#""args":{"cni":{"evenkeel":"#, "}}")] {
            let error = try error(
                "", #"{"cniVersion":"1.0.0","name":"n","prevResult":{},\#(before)\#(value)\#(after)}"#)
            #expect(error?.code == .invalidConfiguration && error?.message.contains("not an object") == true)
        }
    }
}
