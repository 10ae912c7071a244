import Discovery
import Keel
import LinuxSystem
import Netlink

/// A network namespace that has an id in the host's, and what is known of it. All of it can be found again.
final class Watched {
    enum State: String, CaseIterable {
        /// Nothing tells yet whether it is a container's.
        case unknown
        /// No engine's evidence ties it to a container. It is never entered.
        case foreign
        /// A container that has no mark yet: its annotations are not known, so nothing is done.
        case young
        /// A container that is kept safe.
        case kept
        /// A container that was started to be left alone.
        case left
    }

    let id: Int32
    var state = State.unknown
    /// Where it can be opened.
    var found: FoundNamespace?
    /// Its container's id, or else its path.
    var name = ""
    /// The whole of that id.
    var containerID: String?
    /// Its container's name, if anything tells it.
    var containerName: String?
    var namesAreRandom = false
    /// Whether its engine is Docker.
    var isOfDocker = false
    var dockerState = DockerState.alone
    /// Whether Docker told of a network of it that is not in the list yet.
    var lacksNetworks = false
    /// The gateways that are learnt for it, or are to be once they answer.
    var learnt: [LearntGateway] = []
    /// How long it is waited until silent ones of these are asked again, and when that is; 0 if none is silent, nanoseconds.
    var silence: UInt64 = 0
    var askDue: UInt64 = 0
    /// What its annotations say, if somebody told and it has not been done.
    var arrival: Arrival?
    /// What was said about gateways that are not.
    var learningNotes: [String] = []

    /// Which of Docker's containers it is, as the last look found.
    enum DockerState: Equatable {
        /// It has one network at most, so nothing can be learnt.
        case alone
        case unmatched
        case matched(String)
    }

    /// Whether it had no id by itself, as those have in which an interface of the host's ends.
    var isUnattached = false
    /// Whether a process was seen inside.
    var isInhabited = false

    /// Whether it waits in the queue for a look, and since when; nanoseconds.
    var isDirty = false
    var dirtySince: UInt64 = 0
    /// When to look again without an event; nil if there is no need.
    var wake: UInt64?
    /// How long a look waits that found another run at work, in nanoseconds.
    var patience: UInt64 = 0
    /// How long the next look waits after a refusal by the kernel, in nanoseconds; 0 after success.
    var penance: UInt64 = 0
    /// When it was first seen, and its last event.
    var firstSeen: UInt64
    var lastEvent: UInt64
    /// When its gateways were asked for; nil if none is waited for.
    var askedAt: UInt64?
    /// When a winner's gateway was last found silent.
    var lastSilence: UInt64?
    /// Whether a look at a quiet time should find nothing to do.
    var expectsNothing = false

    /// What it wishes, and that it has passed through; nil without a mark.
    var mark: Mark?
    var defaults = FlushedDefaults()
    /// The host's interfaces by which its packets come in.
    var interfaces: [InterfaceName] = []
    /// Since when one of them is a veth's end that is no bridge's port; nil if none is. Engines make it one a moment later.
    var portlessSince: UInt64?
    /// The address of the last look's socket: changes that it asked for are ours.
    var port: UInt32 = 0
    /// Who last added a default route besides us: a netlink address, mostly a process's id.
    var rival: UInt32?
    var looks: Allowance
    var budget = RemedyBudget()
    var remedies: UInt64 = 0

    init(id: Int32, at now: UInt64) {
        self.id = id
        (firstSeen, lastEvent) = (now, now)
        // More than any container needs that starts; afterwards one look in 20 ms.
        looks = Allowance(burst: 200, each: 20_000_000, at: now)
    }

    var isContainer: Bool { state == .young || state == .kept || state == .left }
}
