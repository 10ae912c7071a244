public import JSON
import LinuxSystem

/// What a container's annotations say. Each name of ours has three spellings: `dev.evenkeel.NAME` as OCI wants it,
/// `evenkeel.dev/NAME` as Kubernetes does, and `evenkeel.NAME`. If a container has several, the first in that order counts.
public struct Annotations: Sendable {
    /// The annotation that leaves the container alone; nil if none does. With one, no other counts.
    public private(set) var skip: String?
    /// What does not count, and why, a line each; of unknown names, of which there may be any number, only the first.
    public private(set) var remarks: [String] = []
    private var saysUnknown = false
    /// Annotations with a wrong value. They do not count, and refuse the start where `onError` is "fail".
    public private(set) var faults: [PolicyError] = []

    /// Every name that has a meaning, in each of its spellings.
    package static var names: [String] { Annotation.spellings }

    /// Whether an annotation of that name matters: ours, also one of a name that is not known, and Multus'.
    package static func areMeant(by name: String) -> Bool {
        name == MultusNetworks.annotation || Annotation.isOurs(name)
    }

    /// Reads all annotations of the container, and lays what those of ours say over the host's policy.
    public init(_ all: [JSON.Member], over policy: inout Policy) {
        var ours: [Annotation] = []
        var networks: JSON.Member?
        for member in all {
            // Most begin with another letter, and cost no more than this.
            switch member.name.utf8.first {
            case UInt8(ascii: "d"), UInt8(ascii: "e"):
                if let annotation = Annotation(member) { take(annotation, among: &ours, policy.limits) }
            case UInt8(ascii: "k") where member.name == MultusNetworks.annotation: networks = member
            default: continue
            }
        }
        // In the order of their meanings: a later one overrides what an earlier one says.
        for meaning in Annotation.names.indices {
            guard let annotation = ours.first(where: { $0.meaning == meaning }) else { continue }
            obey(annotation, &policy)
            if skip != nil { return }
        }
        if let networks { prefer(MultusNetworks(networks.value), &policy) }
    }

    /// The fault that refuses the start of a container with that policy.
    public func refusal(by policy: Policy) -> PolicyError? { policy.onError == .fail ? faults.first : nil }

    /// A line a remark and a fault.
    public var warnings: [String] { remarks + faults.map { "\($0.description); it is ignored" } }

    /// Keeps one annotation a meaning, that with the best spelling.
    private mutating func take(_ new: Annotation, among ours: inout [Annotation], _ limits: ContainerLimits?) {
        guard let meaning = new.meaning else {
            if !saysUnknown { remarks.append(new.remark) }
            saysUnknown = true
            return
        }
        if let line = limits?.refusal(ofAnnotation: new.name) {
            remarks.append(line)
            return
        }
        guard let place = ours.firstIndex(where: { $0.meaning == meaning }) else { return ours.append(new) }
        var loser = new
        if new.spelling < ours[place].spelling { swap(&loser, &ours[place]) }
        if loser.value.string != ours[place].value.string {
            remarks.append("annotation \(loser.name) is ignored: \(ours[place].name) says otherwise")
        }
    }

    @inline(never)
    private mutating func obey(_ annotation: Annotation, _ policy: inout Policy) {
        do throws(PolicyError) {
            let text = try annotation.text
            if annotation.isSkip {
                if try annotation.isTrue(text, policy.limits, &remarks) { skip = annotation.name }
            } else if let document = annotation.document(text) {
                remarks += try policy.overlay(document, from: annotation.place, of: .container)
            } else {
                remarks += try policy.overlay(Array(text.utf8), from: annotation.place, of: .container)
            }
        } catch { faults.append(error) }
    }

    /// Prefers the gateways that a pod names for its networks, behind what it says in our own annotation.
    private mutating func prefer(_ networks: MultusNetworks, _ policy: inout Policy) {
        let place = "annotation \(MultusNetworks.annotation)"
        if let problem = networks.problem { remarks.append("\(place) is ignored: \(problem)") }
        guard !networks.gateways.isEmpty else { return }
        if let line = policy.limits?.refusal(ofAnnotation: Annotation.preference) {
            remarks.append("\(place): \(line)")
            return
        }
        let own = policy.defaultRoute.isPreferenceOwn ? policy.defaultRoute.prefer : []
        let document = Annotation.document(preferring: networks.gateways)
        do throws(PolicyError) {
            let ignored = try policy.overlay(document, from: place, of: .container)
            remarks += ignored
            if ignored.isEmpty { policy.defaultRoute.prefer = own + policy.defaultRoute.prefer }
        } catch { faults.append(error) }
    }
}
