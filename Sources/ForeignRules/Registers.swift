import CKernel
import Firewall
import LinuxSystem
import Netlink

/// A known property of an INVALID TCP segment from another host that an nftables rule can load.
enum Field: Hashable {
    /// `ct state`
    case trackingState
    /// Any other `ct` key: a packet without a conntrack entry has none.
    case trackingEntry
    /// `meta l4proto`, `ip protocol`, `ip6 nexthdr`
    case transportProtocol
    /// `meta nfproto`
    case family
    /// `iifname`, `iif`
    case inputInterface
    case other
}

/// The registers of nftables while a rule handles an INVALID segment, as far as their contents are known.
struct Registers {
    enum Content: Equatable {
        case unknown
        /// Known bytes. `isState`: they come from `ct state`.
        case bytes([UInt8], isState: Bool)
        /// The name or index of an interface that is not `lo`.
        case interface
    }

    /// Sixteen slots of four bytes. A register of sixteen bytes takes four of them.
    private var slots = [Content](repeating: .unknown, count: 16)

    /// The first slot of a register: `NFT_REG_1` to `4` are wide, `NFT_REG32_00` to `15` narrow.
    private static func slot(_ register: Int) -> Int? {
        switch register {
        case 1...4: (register - 1) * 4
        case 8...23: register - 8
        default: nil
        }
    }

    mutating func load(_ field: Field, _ version: IPVersion, into register: Int) {
        switch field {
        case .trackingState: store(.bytes(trackedInvalid, isState: true), into: register)
        case .transportProtocol: store(.bytes([UInt8(IPPROTO_TCP)], isState: false), into: register)
        case .family: store(.bytes([version.addressFamily], isState: false), into: register)
        case .inputInterface: store(.interface, into: register)
        case .trackingEntry, .other: store(.unknown, into: register)
        }
    }

    mutating func store(_ content: Content, into register: Int) {
        guard let first = Self.slot(register) else { return }
        var parts = [content]
        if case .bytes(let bytes, let isState) = content {
            parts = stride(from: 0, to: bytes.count, by: 4).map { start in
                let part = bytes[start..<min(start + 4, bytes.count)]
                return .bytes(part + [UInt8](repeating: 0, count: 4 - part.count), isState: isState)
            }
        }
        // A wide store makes an older value in the register's other slots meaningless.
        let isWide = register <= 4 || content == .interface
        while isWide && parts.count < 4 { parts.append(.unknown) }
        for (index, part) in parts.enumerated() where first + index < slots.count { slots[first + index] = part }
    }

    mutating func forget() { slots = [Content](repeating: .unknown, count: 16) }

    /// The first `count` bytes from a register on; unknown if any of them is unknown.
    func content(of register: Int, count: Int) -> Content {
        guard let first = Self.slot(register), count > 0 else { return .unknown }
        if case .interface = slots[first] { return .interface }
        var bytes: [UInt8] = []
        var isState = false
        for slot in slots[first...] where bytes.count < count {
            guard case .bytes(let part, let fromState) = slot else { return .unknown }
            bytes += part
            isState = isState || fromState
        }
        return bytes.count >= count ? .bytes(Array(bytes.prefix(count)), isState: isState) : .unknown
    }
}

/// `NF_CT_STATE_INVALID_BIT` in host byte order.
let trackedInvalid: [UInt8] = withUnsafeBytes(of: UInt32(1)) { [UInt8]($0) }
