public import JSON

// What a runtime passes for one container: CNI_ARGS (section 2 of the specification), args and runtimeConfig
// (CONVENTIONS.md of the CNI project, "Dynamic Plugin specific fields"), and in that a pod's annotations, which containerd
// and CRI-O pass to plugins of the capability `io.kubernetes.cri.pod-annotations`.

/// Settings of one container, and where they stand.
public struct ContainerArguments: Sendable {
    /// As an error names it.
    public let place: String
    /// An object.
    public let settings: JSON
}

extension Request {
    /// What this plugin is told in its own key for every container of the network.
    public var policy: JSON? { configuration["policy"] }

    /// All of them, of a pod.
    public var podAnnotations: [JSON.Member] {
        configuration["runtimeConfig"]?["io.kubernetes.cri.pod-annotations"]?.members ?? []
    }

    /// What is told for this container alone; the later wins.
    public func containerArguments() throws(CNIError) -> [ContainerArguments] {
        let inJSON = [
            ("args.cni.evenkeel", configuration["args"]?["cni"]?["evenkeel"]),
            ("runtimeConfig.evenkeel", configuration["runtimeConfig"]?["evenkeel"]),
        ]
        var all = [ContainerArguments(place: "CNI_ARGS", settings: try environmentSettings())]
        for (place, settings) in inJSON {
            guard let settings, settings != .null else { continue }
            guard settings.members != nil else {
                throw CNIError(
                    .invalidConfiguration, "\(place) is \(settings.kind), not an object",
                    details: "it holds the settings of one container: skip, prefer, defaultRoute, rpFilter")
            }
            all.append(ContainerArguments(place: place, settings: settings))
        }
        return all
    }

    private func environmentSettings() throws(CNIError) -> JSON {
        var settings: [JSON.Member] = []
        var unknown: [String] = []
        var ignoresUnknown = false
        for pair in Self.parts(of: arguments, between: ";") where !pair.isEmpty {
            let parts = Self.parts(of: pair, between: "=", most: 2)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw invalid("\"\(pair)\" in CNI_ARGS is not KEY=VALUE", "pairs are separated by ';'")
            }
            switch parts[0] {
            case "IgnoreUnknown": ignoresUnknown = try boolean(parts[0], parts[1])
            case "EVENKEEL_SKIP": settings.append(.init("skip", .boolean(try boolean(parts[0], parts[1]))))
            case "EVENKEEL_PREFER": settings.append(.init("prefer", .boolean(try boolean(parts[0], parts[1]))))
            case "EVENKEEL_DEFAULT_ROUTE": settings.append(Self.preference(parts[1]))
            default: unknown.append(parts[0])
            }
        }
        if !unknown.isEmpty && !ignoresUnknown {
            throw invalid(
                "CNI_ARGS has unknown keys: \(unknown.joined(separator: ", "))",
                "allowed: EVENKEEL_SKIP, EVENKEEL_PREFER, EVENKEEL_DEFAULT_ROUTE; IgnoreUnknown=true lets others pass")
        }
        return .object(settings)
    }

    /// By bytes: keys and values are ASCII, and characters of Unicode are dear to tell apart.
    private static func parts(of text: String, between separator: Unicode.Scalar, most: Int = .max) -> [String] {
        text.utf8.split(separator: UInt8(ascii: separator), maxSplits: most - 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Names, globs or prefixes, with commas between them.
    private static func preference(_ names: String) -> JSON.Member {
        let list = parts(of: names, between: ",").map { JSON.string($0) }
        return JSON.Member("defaultRoute", .object([.init("prefer", .array(list))]))
    }

    /// As Go's `strconv.ParseBool` has it, which the other plugins go by.
    private func boolean(_ name: String, _ text: String) throws(CNIError) -> Bool {
        if ["1", "t", "T", "true", "True", "TRUE"].contains(text) { return true }
        if ["0", "f", "F", "false", "False", "FALSE"].contains(text) { return false }
        throw invalid("\(name) in CNI_ARGS is \"\(text)\"", "allowed: true, false")
    }

    private func invalid(_ message: String, _ details: String) -> CNIError {
        CNIError(.invalidEnvironment, message, details: details)
    }
}
