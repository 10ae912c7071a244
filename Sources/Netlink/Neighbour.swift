import CMnl
public import LinuxSystem

/// What the kernel knows of an address on a link: a neighbour entry.
public struct Neighbour: Hashable, Sendable {
    public var state: NeighbourState
    /// The seconds it has been in that state, `ndm_updated`; nil if the kernel does not say.
    public var age: UInt32?

    public init(_ state: NeighbourState, age: UInt32? = nil) {
        self.state = state
        self.age = age
    }
}

extension Neighbour {
    init?(_ message: Message) {
        guard let header = message.familyHeader(ndmsg.self) else { return nil }
        self.init(NeighbourState(header.ndm_state))
        for attribute in message.attributes(after: ndmsg.self) where attribute.type == Int(NDA_CACHEINFO) {
            guard attribute.payload.count >= MemoryLayout<nda_cacheinfo>.size else { continue }
            // Hundredths of a second (USER_HZ) on every architecture Swift runs on.
            age = attribute.payload.loadUnaligned(as: nda_cacheinfo.self).ndm_updated / 100
        }
    }
}

/// The state of a neighbour entry: `NUD_…` of `rtnetlink(7)`, RFC 4861 section 7.3.2.
public enum NeighbourState: String, Hashable, Sendable {
    /// Asked for, without an answer yet.
    case incomplete = "INCOMPLETE"
    case reachable = "REACHABLE"
    case stale = "STALE"
    case delay = "DELAY"
    case probe = "PROBE"
    /// Asked for, without an answer.
    case failed = "FAILED"
    case noARP = "NOARP"
    case permanent = "PERMANENT"
    case none = "NONE"

    init(_ bits: UInt16) {
        switch Int32(bits) {
        case NUD_INCOMPLETE: self = .incomplete
        case NUD_REACHABLE: self = .reachable
        case NUD_STALE: self = .stale
        case NUD_DELAY: self = .delay
        case NUD_PROBE: self = .probe
        case NUD_FAILED: self = .failed
        case NUD_NOARP: self = .noARP
        case NUD_PERMANENT: self = .permanent
        default: self = .none
        }
    }
}

extension Request {
    package static func neighbour(_ address: IPAddress, on interface: UInt32) -> Request {
        var request = Request(Attempt("look up neighbour", .address(address)), type: RTM_GETNEIGH, flags: 0)
        var header = ndmsg()
        header.ndm_family = address.version.addressFamily
        header.ndm_ifindex = Int32(truncatingIfNeeded: interface)
        request.append(header)
        request.put(Int(NDA_DST), address)
        return request
    }
}

extension Request {
    /// Has the kernel ask for the neighbour as a packet to it would: `NTF_USE`.
    package static func useNeighbour(_ address: IPAddress, on interface: UInt32) -> Request {
        var request = Request(
            Attempt("ask for neighbour", .address(address)), type: RTM_NEWNEIGH, flags: NLM_F_CREATE)
        var header = ndmsg()
        header.ndm_family = address.version.addressFamily
        header.ndm_ifindex = Int32(truncatingIfNeeded: interface)
        header.ndm_state = UInt16(NUD_NONE)
        header.ndm_flags = UInt8(NTF_USE)
        request.append(header)
        request.put(Int(NDA_DST), address)
        return request
    }
}

extension Socket {
    /// The kernel's state of each neighbour; `none` if it has no entry. Nothing is sent.
    package mutating func neighbours(
        _ neighbours: [(address: IPAddress, interface: UInt32)]
    ) throws(KernelError) -> [NeighbourState] {
        var states = [NeighbourState](repeating: .none, count: neighbours.count)
        try getAll(neighbours.count, absences: [.noEntry, .noDevice]) {
            .neighbour(neighbours[$0].address, on: neighbours[$0].interface)
        } _: { place, message in
            states[place] = Neighbour(message)?.state ?? .none
        }
        return states
    }

    /// The kernel's entry for that address on an interface; nil if it has none. Nothing is sent.
    public mutating func neighbour(
        _ address: IPAddress, on interface: UInt32
    ) throws(KernelError) -> Neighbour? {
        do {
            return try get(.neighbour(address, on: interface)) { Neighbour($0) }
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }
}
