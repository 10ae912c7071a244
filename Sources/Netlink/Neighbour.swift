import CMnl
public import LinuxSystem

/// What the kernel knows of a neighbour on a link: `NUD_…` of `rtnetlink(7)`, RFC 4861 section 7.3.2.
public enum NeighbourState: String, Hashable, Sendable {
    /// Asked for, and no answer yet.
    case incomplete = "INCOMPLETE"
    case reachable = "REACHABLE"
    case stale = "STALE"
    case delay = "DELAY"
    case probe = "PROBE"
    /// Asked for in vain.
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
        var request = Request("look up neighbour \(address)", type: RTM_GETNEIGH, flags: 0)
        var header = ndmsg()
        header.ndm_family = address.version.addressFamily
        header.ndm_ifindex = Int32(truncatingIfNeeded: interface)
        request.append(header)
        request.put(Int(NDA_DST), address)
        return request
    }
}

extension Socket {
    /// What the kernel knows of that address on an interface; nil if it has not asked for it. Nothing is sent.
    public mutating func neighbour(
        _ address: IPAddress, on interface: UInt32
    ) throws(KernelError) -> NeighbourState? {
        do {
            return try get(.neighbour(address, on: interface)) { message in
                message.familyHeader(ndmsg.self).map { NeighbourState($0.ndm_state) }
            }
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }
}
