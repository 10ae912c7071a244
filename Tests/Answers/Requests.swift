import CNI
import JSON
import OCI

/// What runtimes pass: of the CNI, and the state of a container.
func requests() -> [String] { variables() + configurations() + states() }

private func ask(_ environment: [(String, String)], _ configuration: String) -> String {
    do throws(CNIError) {
        let request = try Request(
            variable: { name in environment.first { $0.0 == name }?.1 }, configuration: Array(configuration.utf8))
        let settings = try request.containerArguments().map { "\($0.place) \($0.settings.text())" }
        let told = settings + [request.policy?.text() ?? "", request.previousResult?.text() ?? ""]
        return "\(request.command.rawValue) \(request.version) \(request.containerID) \(told.joined(separator: " "))"
    } catch { return error.json.text() }
}

private let plain = [
    ("CNI_COMMAND", "ADD"), ("CNI_CONTAINERID", "c"), ("CNI_NETNS", "/run/netns/c"), ("CNI_IFNAME", "eth0"),
    ("CNI_PATH", "/opt/cni/bin"),
]

private func variables() -> [String] {
    let configuration = #"{"cniVersion":"1.0.0","name":"n","type":"evenkeel","prevResult":{"cniVersion":"1.0.0"}}"#
    let values = [
        "", "add", "DEL", "a b", "é", "e\u{301}", "/", "..", "abcdefghijklmnop", "a:b", "\u{1b}[0m", "A=b;C",
        "EVENKEEL_SKIP=true",
    ]
    return (plain.map { $0.0 } + ["CNI_ARGS"]).flatMap { name in
        values.map { value in
            let environment = plain.filter { $0.0 != name } + [(name, value)]
            return answer("\(name)=\(value)", ask(environment, configuration))
        }
    }
}

private func configurations() -> [String] {
    let members = [
        #""cniVersion":"2.0.0""#, #""cniVersion":1"#, #""name":"""#, #""name":"a b""#, #""name":7"#, #""policy":[]"#,
        #""policy":{"é":1}"#, #""args":{"cni":{"evenkeel":true}}"#, #""args":{"cni":{"evenkeel":{"skip":true}}}"#,
        #""runtimeConfig":{"evenkeel":{"prefer":"yes"}}"#, #""prevResult":7"#, #""prevResult":{"cniVersion":"0.4.0"}"#,
    ]
    return
        (["", "[]", "{", "nul"] + members.map { "{\($0)}" }
        + members.map {
            #"{"cniVersion":"1.1.0","name":"n","type":"evenkeel","prevResult":{"cniVersion":"1.1.0"},\#($0)}"#
        })
        .flatMap { text in
            ["ADD", "DEL", "CHECK", "VERSION", "GC", "STATUS"].map { command in
                answer("\(command) \(text)", ask([("CNI_COMMAND", command)] + plain.dropFirst(), text))
            }
        }
}

private func states() -> [String] {
    [
        "", "[]", "{}", #"{"id":""}"#, #"{"id":"c"}"#, #"{"id":"c","status":"creating","pid":1.5}"#,
        #"{"id":"c","status":"creating","pid":-1}"#, #"{"id":"c","status":"creating","pid":99999999999}"#,
        #"{"id":"c","status":"creating","pid":7,"annotations":[]}"#,
        #"{"id":"é","status":"creating","pid":7,"annotations":{"evenkeel.skip":"true","e\u0301":"\u001b"}}"#,
    ].map { text in
        do throws(StateError) {
            let state = try ContainerState(parsing: Array(text.utf8))
            let annotations = JSON.object(state.annotations).text()
            return answer(text, "\(state.id) \(state.status) \(state.pid) \(annotations)")
        } catch { return answer(text, error.description) }
    }
}
