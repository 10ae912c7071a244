public import JSON
import LinuxSystem

/// The annotations of a container that are ours: `evenkeel.skip`, `evenkeel.default-route`, `evenkeel.policy`.
public struct Annotations: Sendable {
    static var known: [String] { ["evenkeel.skip", "evenkeel.default-route", "evenkeel.policy"] }

    private let ours: [JSON.Member]
    /// What the host's policy does not let count, a line each; of unknown names, of which there may be any number, only the first.
    public let ignored: [String]

    /// Takes all annotations of the container and keeps those of ours that count.
    ///
    /// - Throws: for an unknown name that begins with `evenkeel.`: whoever wrote it wanted something.
    public init(_ all: [JSON.Member], within limits: ContainerLimits?) throws(PolicyError) {
        var (ours, ignored, saysUnknown) = ([JSON.Member](), [String](), false)
        let known = Self.known
        for annotation in all where annotation.name.begins(with: "evenkeel.") {
            let isUnknown = !known.contains(annotation.name)
            if isUnknown && saysUnknown { continue }
            if let line = limits?.refusal(ofAnnotation: annotation.name) {
                ignored.append(line)
                saysUnknown = saysUnknown || isUnknown
            } else if isUnknown {
                throw Self.error(annotation.name, "is unknown", allowed: known.joined(separator: ", "))
            } else if annotation.value.string == nil {
                throw Self.error(annotation.name, "is \(annotation.value.kind)", allowed: "a string")
            } else if annotation.name == "evenkeel.skip",
                let line = limits?.refusal(of: "skip", in: "", from: "annotation evenkeel.skip")
            {
                ignored.append(line)
            } else {
                ours.append(annotation)
            }
        }
        self.ours = ours
        self.ignored = ignored
    }

    /// Whether this container is to be left alone.
    public func isSkipped() throws(PolicyError) -> Bool {
        switch text("evenkeel.skip") {
        case nil, "false"?: return false
        case "true"?: return true
        case let other?: throw Self.error("evenkeel.skip", "is \"\(other)\"", allowed: "\"true\", \"false\"")
        }
    }

    /// Lays the annotations' settings over a policy. Returns a line for each key that is ignored, since the policy locks it.
    public func overlay(_ policy: inout Policy) throws(PolicyError) -> [String] {
        var ignored: [String] = []
        if let document = text("evenkeel.policy") {
            ignored = try policy.overlay(Array(document.utf8), from: "annotation evenkeel.policy", of: .container)
        }
        if let preferred = text("evenkeel.default-route") {
            // Blanks separate as well: podman 4 ends an annotation at a comma.
            let names = preferred.parts(between: UInt8(ascii: ",")).flatMap { $0.words }
            let list = JSON.array((names.isEmpty ? [""] : names).map { .string($0) })
            let document = JSON.object([.init("defaultRoute", .object([.init("prefer", list)]))])
            ignored += try policy.overlay(document, from: "annotation evenkeel.default-route", of: .container)
        }
        return ignored
    }

    private func text(_ name: String) -> String? {
        for annotation in ours where annotation.name == name { return annotation.value.string }
        return nil
    }

    private static func error(_ name: String, _ problem: String, allowed: String) -> PolicyError {
        PolicyError(place: "annotation \(printable(name))", key: "", problem: problem, allowed: allowed)
    }
}
