public import JSON
import LinuxSystem

/// What the host lets containers say for themselves: `annotations` in the host's policy. Engines hand on an image's annotations as
/// the user's own, so a hook cannot tell who wrote one.
///
/// A class: nearly every policy has none, and is copied.
public final class ContainerLimits: Sendable {
    /// The annotations that count, as `Annotation.known` writes them; nil: all.
    public let allowed: [String]?
    /// The keys of the policy that no container overrides.
    public let locked: [String]
    /// The paths of the host's documents that say so.
    private let places: (allow: String, lock: String)

    /// Reads the section `annotations` over what an earlier document said. A list that is none allows nothing, and locks nothing
    /// more; of the others the known names count.
    init(_ section: PolicySection, over earlier: ContainerLimits?, _ faults: inout [PolicyError]) {
        var (allowed, locked) = (earlier?.allowed, earlier?.locked ?? [])
        var places = earlier?.places ?? (allow: section.place, lock: section.place)
        for entry in section.entries(among: ["allow", "locked"], &faults) {
            let value = entry.section
            if entry.key == 0 {
                allowed = value.names(among: Annotation.known, areAnnotations: true, &faults) ?? []
                places.allow = section.place
            } else if let names = value.names(among: Self.keys, &faults) {
                locked = names
                places.lock = section.place
            }
        }
        (self.allowed, self.locked, self.places) = (allowed, locked, places)
    }

    /// What can be locked: the wish to be left alone, and every key of the policy.
    package static var keys: [String] {
        [
            "skip", "defaultRoute", "defaultRoute.mode", "defaultRoute.prefer", "defaultRoute.sourceRules",
            "defaultRoute.learn",
            "rpFilter", "invalid", "invalid.mode", "invalid.forward", "invalid.where", "conntrack", "conntrack.max",
            "conntrack.tcpEstablishedTimeout", "conntrack.genericTimeout", "conntrack.warnAt", "onError",
        ]
    }

    /// Says that an annotation does not count; nil if it does.
    func refusal(ofAnnotation name: String) -> String? {
        guard let allowed, !allowed.contains(Annotation.canonical(name)) else { return nil }
        return "annotation \(printable(name)) is ignored: annotations.allow in \(places.allow) does not list it"
    }

    /// Says that what a container says of a key does not count; nil if it does.
    public func refusal(of key: String, in section: String, from source: String) -> String? {
        let full = section.isEmpty ? key : "\(section).\(key)"
        // A skip overrides every key.
        guard let name = locked.first(where: { $0 == full || $0 == section || full == "skip" }) else { return nil }
        return "\(full) of \(source) is ignored: annotations.locked in \(places.lock) lists \(name)"
    }

    /// What a container says, without what is locked, of which `ignored` gets a line each.
    public func unlocked(_ said: JSON, in section: String = "", from source: String, _ ignored: inout [String]) -> JSON
    {
        guard let members = said.members else { return said }
        var kept: [JSON.Member] = []
        for member in members {
            if let line = refusal(of: member.name, in: section, from: source) {
                ignored.append(line)
            } else if section.isEmpty {
                let value = unlocked(member.value, in: member.name, from: source, &ignored)
                kept.append(JSON.Member(member.name, value))
            } else {
                kept.append(member)
            }
        }
        return .object(kept)
    }
}

extension ContainerLimits: Hashable {
    public static func == (one: ContainerLimits, other: ContainerLimits) -> Bool {
        one.allowed == other.allowed && one.locked == other.locked && one.places == other.places
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(places.lock) }
}
