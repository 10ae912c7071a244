import Laboratory

/// A row of a table: one thing that is different from a request in order, and the answers it earns.
struct ConformanceRow {
    let title: String
    /// Named in the request; nil for all that a verb has.
    let versions: [String]?
    /// Variables that are set otherwise; nil for one that is not set.
    let environment: [String: String?]
    /// Members of the configuration, as JSON text; nil for one that is not there.
    let configuration: [String: String?]
    /// Standard input in place of a configuration.
    let input: String?
    /// A program in front of the plugin, by its path.
    let wrapper: [String]
    /// For VERSION, ADD, DEL, CHECK, GC and STATUS in this order: `ok`, `told` (ok, and standard error says why not more),
    /// an error's code, or `-` where the row has nothing to say.
    let answers: [Substring]
    /// Words of the message, the details, or what is told.
    let naming: [String]

    init(
        _ title: String, versions: [String]? = nil, environment: [String: String?] = [:],
        configuration: [String: String?] = [:], input: String? = nil, wrapper: [String] = [], answers: String,
        naming: [String] = []
    ) {
        self.title = title
        self.versions = versions
        self.environment = environment
        self.configuration = configuration
        self.input = input
        self.wrapper = wrapper
        self.answers = answers.split(separator: " ")
        self.naming = naming
    }

    /// A case for each verb that has an answer, and each version it has.
    var cases: [ConformanceCase] {
        zip(Verb.allCases, answers).flatMap { verb, word in
            let answer: ConformanceCase.Answer? =
                switch word {
                case "ok": .success(saying: [])
                case "told": .success(saying: naming)
                default: Int(word).map { .error(code: $0, naming: naming) }
                }
            // Where the whole input is given, no version is put into it.
            let versions = self.versions ?? (input == nil ? verb.versions : [Verb.spoken[4]])
            return answer.map { answer in versions.map { request(verb, $0, answer) } } ?? []
        }
    }

    private func request(_ verb: Verb, _ version: String, _ answer: ConformanceCase.Answer) -> ConformanceCase {
        var environment = Self.environment(verb)
        for (name, value) in self.environment { environment[name] = value }
        var configuration = Self.configuration(verb, version)
        for (name, text) in self.configuration { configuration[name] = text }
        return ConformanceCase(
            title: "\(verb.rawValue), version \(version), \(title)", verb: verb, environment: environment,
            input: input ?? configuration.text, command: wrapper + [Shell.programs + "/evenkeel-cni"], answer: answer,
            printed: verb == .add ? configuration["prevResult"] : nil)
    }
}

extension ConformanceRow {
    /// What a runtime sets, whatever the verb: all of it.
    static func environment(_ verb: Verb) -> [String: String] {
        [
            "CNI_COMMAND": verb.rawValue, "CNI_CONTAINERID": "test", "CNI_IFNAME": "eth0", "CNI_PATH": "/opt/cni/bin",
            "CNI_NETNS": verb == .delete ? "/run/netns/d" : "/run/netns/c",
        ]
    }

    /// A request in order.
    static func configuration(_ verb: Verb, _ version: String) -> Members {
        var configuration = Members([
            "cniVersion": "\"\(version)\"", "name": #""web""#, "type": #""evenkeel""#,
        ])
        switch verb {
        case .add, .check, .delete: configuration["prevResult"] = result(version)
        case .collectGarbage:
            configuration["cni.dev/valid-attachments"] =
                #"[{"containerID":"test","ifname":"eth0"},{"containerID":"test","ifname":"eth1"}]"#
        case .version, .status: break
        }
        return configuration
    }

    /// What the plugins in front of this one made of the first network, in the version's form.
    static func result(_ version: String) -> String {
        let isBeforeOne = version.hasPrefix("0.")
        let (four, six) = isBeforeOne ? (#""version":"4","#, #""version":"6","#) : ("", "")
        return """
            {"cniVersion":"\(version)","interfaces":[{"name":"br1","mac":"02:00:00:00:00:01"},\
            {"name":"vc1","mac":"02:00:00:00:00:02"},\
            {"name":"eth0","mac":"02:00:00:00:00:03","sandbox":"/run/netns/c"}],\
            "ips":[{\(four)"interface":2,"address":"10.89.1.5/24","gateway":"10.89.1.1"},\
            {\(six)"interface":2,"address":"fd00:89:1::5/64","gateway":"fd00:89:1::1"}],\
            "routes":[{"dst":"0.0.0.0/0","gw":"10.89.1.1"},{"dst":"::/0","gw":"fd00:89:1::1"}],\
            "dns":{"nameservers":["10.89.1.1"],"domain":"example.net","search":["example.net"],"options":["ndots:1"]}}
            """
    }
}
