/// What a message means: which of its fields matter, and what they say.
struct MessageContent {
    /// The messages that are known.
    enum Kind {
        case request, response, status
        case configure, synchronize, stateChange, runPodSandbox
        case pod, annotation, linux, namespace
    }

    private let isWanted: (String) -> Bool
    private var method = ""
    private var code: UInt64 = 0
    private var refusal = ""
    private var (runtime, version) = ("", "")
    private var event: UInt64 = 0
    private var hasMore = false
    private var pod = NRIPod()
    /// The bytes of its annotations that are kept.
    private var used = 0
    private var (name, value): (String, String?) = ("", nil)
    private var (type, path) = ("", "")

    init(_ isWanted: @escaping (String) -> Bool) { self.isWanted = isWanted }

    /// What a field is if it is a message of which something matters.
    func kind(of field: UInt64, in kind: Kind) -> Kind? {
        switch (kind, field) {
        case (.request, 3):
            switch method {
            case "Configure": .configure
            case "Synchronize": .synchronize
            case "StateChange": .stateChange
            case "RunPodSandbox": .runPodSandbox
            default: nil
            }
        case (.response, 1): .status
        case (.synchronize, 1), (.stateChange, 2), (.runPodSandbox, 1): .pod
        case (.pod, 6): .annotation
        case (.pod, 8): .linux
        case (.linux, 5): .namespace
        default: nil
        }
    }

    /// Whether a field of that many bytes is kept.
    mutating func keeps(_ length: Int, of field: UInt64, in kind: Kind) -> Bool {
        switch (kind, field) {
        case (.request, 2), (.namespace, 1): return length <= 64
        case (.configure, 2), (.configure, 3), (.status, 2), (.annotation, 1): return length <= 256
        case (.namespace, 2): return length < 4096
        case (.annotation, 2):
            guard isWanted(name) else { return false }
            used += name.utf8.count + length
            if used <= NRIPod.most { return true }
            used -= length
            if used <= NRIPod.most { pod.tooLong.append(name) }
            return false
        default: return false
        }
    }

    mutating func take(_ kind: Kind, _ field: UInt64, _ number: UInt64) {
        switch (kind, field) {
        case (.status, 1): code = number
        case (.stateChange, 1): event = number
        case (.synchronize, 3): hasMore = number != 0
        default: break
        }
    }

    mutating func take(_ kind: Kind, _ field: UInt64, _ text: String) {
        switch (kind, field) {
        case (.request, 2): method = text
        case (.status, 2): refusal = text
        case (.configure, 2): runtime = text
        case (.configure, 3): version = text
        case (.annotation, 1): name = text
        case (.annotation, 2): value = text
        case (.namespace, 1): type = text
        case (.namespace, 2): path = text
        default: break
        }
    }

    /// A message has ended. Returns what it says as a whole.
    mutating func end(of kind: Kind, _ stream: UInt32) -> NRIMessage? {
        switch kind {
        case .namespace:
            if type == "network" && !path.isEmpty { pod.namespace = path }
            (type, path) = ("", "")
        case .annotation:
            if let value, isWanted(name) { pod.annotations.append(.init(name: name, value: value)) }
            (name, value) = ("", nil)
        case .pod:
            guard method == "Synchronize" else { return nil }
            defer { (pod, used) = (NRIPod(), 0) }
            return .present(pod)
        case .response: return .registered(refusal: code == 0 && refusal.isEmpty ? nil : "\(refusal) (code \(code))")
        case .request: return message(stream)
        case .configure, .synchronize, .stateChange, .runPodSandbox, .linux, .status: break
        }
        return nil
    }

    private func message(_ stream: UInt32) -> NRIMessage {
        switch method {
        case "Configure": .configure(stream: stream, runtime: runtime, version: version)
        case "Synchronize": .synchronize(stream: stream, isLast: !hasMore)
        case "RunPodSandbox": .start(stream: stream, pod)
        case "StateChange" where event == 1: .start(stream: stream, pod)
        default: .other(stream: stream)
        }
    }
}
