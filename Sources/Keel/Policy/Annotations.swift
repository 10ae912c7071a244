public import JSON
import LinuxSystem

/// The annotations of a container that are ours: `evenkeel.skip`, `evenkeel.default-route`, `evenkeel.policy`.
public struct Annotations: Sendable {
    private let ours: [JSON.Member]

    /// Takes all annotations of the container and keeps ours.
    ///
    /// - Throws: for an unknown name that begins with `evenkeel.`: whoever wrote it wanted something.
    public init(_ all: [JSON.Member]) throws(PolicyError) {
        ours = all.filter { $0.name.begins(with: "evenkeel.") }
        let known = ["evenkeel.skip", "evenkeel.default-route", "evenkeel.policy"]
        for annotation in ours where !known.contains(annotation.name) {
            throw Self.error(annotation.name, "is unknown", allowed: known.joined(separator: ", "))
        }
        for annotation in ours where annotation.value.string == nil {
            throw Self.error(annotation.name, "is \(annotation.value.kind)", allowed: "a string")
        }
    }

    /// Whether this container is to be left alone.
    public func isSkipped() throws(PolicyError) -> Bool {
        switch text("evenkeel.skip") {
        case nil, "false"?: return false
        case "true"?: return true
        case let other?: throw Self.error("evenkeel.skip", "is \"\(other)\"", allowed: "\"true\", \"false\"")
        }
    }

    /// Lays the annotations' settings over a policy.
    public func overlay(_ policy: inout Policy) throws(PolicyError) {
        if let document = text("evenkeel.policy") {
            try policy.overlay(Array(document.utf8), from: "annotation evenkeel.policy", of: .container)
        }
        if let preferred = text("evenkeel.default-route") {
            // Blanks separate as well: podman 4 ends an annotation at a comma.
            let names = preferred.parts(between: UInt8(ascii: ",")).flatMap { $0.words }
            let list = JSON.array((names.isEmpty ? [""] : names).map { .string($0) })
            let document = JSON.object([.init("defaultRoute", .object([.init("prefer", list)]))])
            try policy.overlay(document, from: "annotation evenkeel.default-route", of: .container)
        }
    }

    private func text(_ name: String) -> String? {
        for annotation in ours where annotation.name == name { return annotation.value.string }
        return nil
    }

    private static func error(_ name: String, _ problem: String, allowed: String) -> PolicyError {
        PolicyError(place: "annotation \(printable(name))", key: "", problem: problem, allowed: allowed)
    }
}
