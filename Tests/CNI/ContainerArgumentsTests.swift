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
                    "the pod's annotations {}",
                    #"CNI_ARGS {"skip":false,"prefer":true,"defaultRoute":{"prefer":["eth1","10.0.0.0/8"]}}"#,
                ])
    }

    @Test(arguments: [
        "", "IgnoreUnknown=1", "IgnoreUnknown=true;K8S_POD_NAME=a=b;K8S_POD_NAMESPACE=;", "FOO=1;IgnoreUnknown=1",
    ])
    func othersKeysPassWhereTheRuntimeSaysSo(arguments: String) throws {
        #expect(try settings(arguments) == ["the pod's annotations {}", "CNI_ARGS {}"])
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
                "the pod's annotations {}", "CNI_ARGS {}", #"args.cni.evenkeel {"prefer":true}"#,
                #"runtimeConfig.evenkeel {"skip":true}"#,
            ])
    }

    private func annotated(_ annotations: String) -> String {
        #"{"cniVersion":"1.0.0","name":"n","prevResult":{},"runtimeConfig":{"io.kubernetes.cri.pod-annotations":\#(annotations)}}"#
    }

    @Test func aPodsAnnotationsAreTaken() throws {
        let annotations = #"{"evenkeel.skip":"false","app":"web","evenkeel.default-route":"eth1,10.0.0.0/8"}"#
        #expect(
            try settings("", annotated(annotations)).first
                == #"the pod's annotations {"skip":false,"defaultRoute":{"prefer":["eth1","10.0.0.0/8"]}}"#)
        #expect(try settings("", annotated("null")).first == "the pod's annotations {}")
        let policy = #"{"evenkeel.policy":"{\"rpFilter\":\"keep\",\"onError\":\"fail\"}"}"#
        #expect(try settings("", annotated(policy)).first == #"the pod's annotations {"rpFilter":"keep"}"#)
    }

    /// What a pod may not decide, such as the host's policy, it is not to believe that it did.
    @Test(arguments: [
        #"{"evenkeel.policy":"{"}"#, #"{"evenkeel.skip":"yes"}"#, #"{"evenkeel.skipp":"true"}"#,
        #"{"evenkeel.skip":true}"#,
    ]) func anAnnotationThatMeansNothingIsAnError(annotations: String) throws {
        #expect(try error("", annotated(annotations))?.code == .invalidConfiguration)
    }

    @Test(arguments: ["1", "[]", "\"\"", "true"]) func settingsAreAnObject(value: String) throws {
        for (before, after) in [(#""runtimeConfig":{"evenkeel":"#, "}"), (#""args":{"cni":{"evenkeel":"#, "}}")] {
            let error = try error(
                "", #"{"cniVersion":"1.0.0","name":"n","prevResult":{},\#(before)\#(value)\#(after)}"#)
            #expect(error?.code == .invalidConfiguration && error?.message.contains("not an object") == true)
        }
    }
}
