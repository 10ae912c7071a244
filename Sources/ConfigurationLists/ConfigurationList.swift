import CNI
import JSON
import LinuxSystem

/// A CNI configuration list with the places in its text, to chain a plugin in or take it out.
package struct ConfigurationList {
    /// One of its plugins.
    package struct Plugin {
        package let type: String
        let value: JSON
        let span: JSONSpan
    }

    let text: [UInt8]
    let value: JSON
    /// Where "plugins" is.
    let array: JSONSpan
    package let plugins: [Plugin]

    /// The indices in `plugins` of entries with our type.
    var ours: [Int] { plugins.indices.filter { plugins[$0].type == ConfigurationList.ourType } }

    /// The `type` under which the plugin is installed.
    package static let ourType = "evenkeel"

    /// The plugins' types, in their order.
    package var pluginTypes: [String] { plugins.map { $0.type } }

    /// The network's name; nil if it has none that is a text.
    package var name: String? { value["name"]?.string }

    /// Whether runtimes with libcni 1.3 skip the network's drop-in files, without a word.
    package var loadsOnlyInlinedPlugins: Bool { value["loadOnlyInlinedPlugins"] == .boolean(true) }

    package init(_ text: [UInt8]) throws(Refusal) {
        let span: JSONSpan
        do throws(JSONError) { (value, span) = (try JSON(parsing: text), try JSONSpan(of: text)) } catch {
            throw Refusal("it is not JSON: \(printable(error.description))")
        }
        guard value.members != nil else { throw Refusal("it is no CNI configuration: it holds \(value.kind)") }
        guard let list = value["plugins"] else { throw Self.refusalWithoutPlugins(value) }
        guard let elements = list.elements else { throw Refusal("\"plugins\" is \(list.kind), not an array") }
        guard !elements.isEmpty else { throw Refusal("\"plugins\" is empty, but a list needs at least one plugin") }
        guard let array = span["plugins"], array.elements.count == elements.count else {
            throw Refusal("its parts cannot be found; edit it by hand")
        }
        var plugins: [Plugin] = []
        for (index, element) in elements.enumerated() {
            let type = try Self.type(of: element, at: index + 1)
            plugins.append(Plugin(type: type, value: element, span: array.elements[index]))
        }
        self.text = text
        self.array = array
        self.plugins = plugins
    }

    private static func type(of element: JSON, at position: Int) throws(Refusal) -> String {
        guard element.members != nil else {
            throw Refusal("number \(position) of \"plugins\" is \(element.kind), not an object")
        }
        switch element["type"] {
        case .string(let type)?:
            guard !type.isEmpty else { throw Refusal("number \(position) of \"plugins\" has an empty \"type\"") }
            return type
        case let other?: throw Refusal("\"type\" of number \(position) of \"plugins\" is \(other.kind), not a string")
        case nil: throw Refusal("number \(position) of \"plugins\" has no \"type\"")
        }
    }

    /// The type that a drop-in file names.
    package static func singleType(_ text: [UInt8]) throws(Refusal) -> String {
        let value: JSON
        do throws(JSONError) { value = try JSON(parsing: text) } catch {
            throw Refusal("it is not JSON: \(printable(error.description))")
        }
        guard let type = value["type"]?.string, !type.isEmpty else { throw Refusal("it names no plugin's \"type\"") }
        return type
    }

    private static func refusalWithoutPlugins(_ value: JSON) -> Refusal {
        let type = value["type"]?.string
        if type.map(isMultus) == true || value["delegates"] != nil { return .multus }
        guard let type else { return Refusal("it has no \"plugins\", so it is no CNI configuration list") }
        return Refusal(
            "it configures the single plugin \(quoted(type)), and only a list (a .conflist, with \"plugins\") chains several"
        )
    }

    /// multus, multus-shim
    private static func isMultus(_ type: String) -> Bool { type == "multus" || type.hasPrefix("multus-") }
}

/// What a list needs beyond its shape before a plugin is chained in; without it every container's start would fail.
extension ConfigurationList {
    /// The versions that the plugin supports.
    static let versions = Version.supported
    /// Older versions: a runtime that has the choice takes a newer one.
    private static let olderVersions = ["0.1.0", "0.2.0"]

    package func requireFitness() throws(Refusal) {
        guard !plugins.contains(where: { Self.isMultus($0.type) }) else { throw .multus }
        try requireName()
        try requireVersion()
    }

    private func requireName() throws(Refusal) {
        guard let name = value["name"] else { throw Refusal("it has no \"name\", but a network needs one") }
        guard let name = name.string else { throw Refusal("\"name\" is \(name.kind), not a string") }
        guard isIdentifier(name)
        else {
            throw Refusal(
                "\"name\" is \(Self.quoted(name)); a network's begins with a letter or a digit and holds letters, digits, "
                    + "'_', '.' and '-'")
        }
    }

    private func requireVersion() throws(Refusal) {
        let spoken = "evenkeel speaks \(Self.versions.joined(separator: ", "))"
        let choice = try versionChoice()
        if let version = value["cniVersion"] {
            guard let version = version.string else { throw Refusal("\"cniVersion\" is \(version.kind), not a string") }
            guard Self.versions.contains(version) else {
                throw Refusal("its cniVersion is \(Self.quoted(version)); \(spoken)")
            }
        } else if choice.isEmpty {
            throw Refusal("it has no \"cniVersion\", which means 0.1.0; \(spoken)")
        }
        guard choice.isEmpty || choice.contains(where: Self.versions.contains) else {
            throw Refusal("none of its cniVersions is known; \(spoken)")
        }
    }

    /// Those of "cniVersions" that a newer runtime might choose.
    func newerVersions() -> [String] {
        let known = Self.versions + Self.olderVersions
        return (value["cniVersions"]?.elements ?? []).compactMap { $0.string }.filter { !known.contains($0) }
    }

    private func versionChoice() throws(Refusal) -> [String] {
        guard let list = value["cniVersions"] else { return [] }
        guard let elements = list.elements else { throw Refusal("\"cniVersions\" is \(list.kind), not an array") }
        let choice = elements.compactMap { $0.string }
        guard choice.count == elements.count else { throw Refusal("\"cniVersions\" holds more than strings") }
        return choice
    }

    fileprivate static func quoted(_ text: String) -> String { "\"\(printable(text))\"" }
}
