extension ContainerRun {
    /// The reason for the run.
    public enum Occasion: Hashable, Sendable {
        /// The container starts: the run also warns if the connection tracking table is filling up. It leaves the mark, also
        /// where nothing is to be done yet.
        case start(leaving: Mark)
        /// Only looks, by the policy alone.
        case check
        /// One of all containers that run: what its marks say goes before the policy, and it is left alone if they say so.
        case review
        /// A person names the container: the same, but it is not left alone any more, and its wish may change.
        case demand(Wish)
        /// The named interface is about to go: the run installs nothing new on the host.
        case detachment(of: String)
        /// Something changed in it: the run waits for nobody, and leaves the host alone.
        case change(GatewayPatience)
        /// The container is about to start, and somebody told so who waits for an answer, not for the run: as for a change, but it
        /// leaves the mark.
        case arrival(leaving: Mark, GatewayPatience)
    }

    /// What a person makes of a container's wish for a default route.
    public enum Wish: Hashable, Sendable {
        case asBefore
        case prefer([Preference])
        case none
    }
}

extension ContainerRun.Occasion {
    var isStart: Bool {
        switch self {
        case .start, .arrival: true
        default: false
        }
    }

    var isDemand: Bool { if case .demand = self { true } else { false } }

    /// Whether the run does as the marks say that it finds.
    var obeysMarks: Bool {
        switch self {
        case .review, .demand, .change, .arrival: true
        case .start, .check, .detachment: false
        }
    }

    var isWaiting: Bool {
        switch self {
        case .change, .arrival: false
        default: true
        }
    }

    var patience: GatewayPatience {
        switch self {
        case .change(let patience), .arrival(_, let patience): patience
        default: .waiting
        }
    }
}
