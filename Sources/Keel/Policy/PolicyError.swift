import LinuxSystem

/// What is wrong with a policy, where, and what is allowed instead.
///
/// A class: few policies have a fault, and every function that reads one hands it on.
public final class PolicyError: Error, Sendable, CustomStringConvertible {
    /// The document: a path, or "the network configuration".
    public let place: String
    /// The key with those above it, `defaultRoute.mode`; empty for the document itself.
    public let key: String
    public let problem: String
    public let allowed: String
    /// Whether the document could not be read for want of files or memory, which says nothing about it.
    public let isShortage: Bool
    /// Whether the key itself is wrong, not its value.
    public let isUnknownKey: Bool

    package init(
        place: String, key: String = "", problem: String, allowed: String, isShortage: Bool = false,
        isUnknownKey: Bool = false
    ) {
        (self.place, self.key, self.problem, self.allowed) = (place, key, problem, allowed)
        (self.isShortage, self.isUnknownKey) = (isShortage, isUnknownKey)
    }

    public var description: String {
        // Key and problem quote the document, which may come from a container's annotation.
        let subject = key.isEmpty ? place : "\(place): \(printable(key))"
        return "\(subject) \(printable(problem)); allowed: \(allowed)"
    }

    /// Adds it to the faults; of very many only the first, since whoever wrote a document need not be trusted.
    @inline(never)
    func note(in faults: inout [PolicyError]) {
        if faults.count < 256 { faults.append(self) }
    }
}
