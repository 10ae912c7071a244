public import JSON

// What a runtime passes for one container: CNI_ARGS (section 2 of the specification), args and runtimeConfig (CONVENTIONS.md of
// the CNI project, "Dynamic Plugin specific fields"). The latter includes a pod's annotations, which containerd and CRI-O pass to
// plugins with the capability `io.kubernetes.cri.pod-annotations`.

/// The settings of one container, and where they come from.
public struct ContainerArguments: Sendable {
    /// The source's name in errors.
    public let place: String
    /// A JSON object.
    public let settings: JSON
}

extension Request {
    /// The policy for every container of the network, which the configuration holds in this plugin's own key.
    public var policy: JSON? { configuration["policy"] }

    /// All annotations of a pod.
    public var podAnnotations: [JSON.Member] {
        configuration["runtimeConfig"]?["io.kubernetes.cri.pod-annotations"]?.members ?? []
    }

    /// The settings for this container alone; later ones win.
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

    /// Splits bytes: keys and values are ASCII, and comparing Unicode characters is expensive.
    private static func parts(of text: String, between separator: Unicode.Scalar, most: Int = .max) -> [String] {
        text.utf8.split(separator: UInt8(ascii: separator), maxSplits: most - 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads names, globs or prefixes, separated by commas.
    private static func preference(_ names: String) -> JSON.Member {
        let list = parts(of: names, between: ",").map { JSON.string($0) }
        return JSON.Member("defaultRoute", .object([.init("prefer", .array(list))]))
    }

    /// Reads what Go's `strconv.ParseBool` accepts, which the other plugins use.
    private func boolean(_ name: String, _ text: String) throws(CNIError) -> Bool {
        if ["1", "t", "T", "true", "True", "TRUE"].contains(text) { return true }
        if ["0", "f", "F", "false", "False", "FALSE"].contains(text) { return false }
        throw invalid("\(name) in CNI_ARGS is \"\(text)\"", "allowed: true, false")
    }

    private func invalid(_ message: String, _ details: String) -> CNIError {
        CNIError(.invalidEnvironment, message, details: details)
    }
}
