import CKernel
import Firewall
import LinuxSystem

// Extensions of iptables, iptables-extensions(8). Their bytes are the same in iptables-legacy and in iptables-nft.

extension RuleEffect {
    /// The condition of a match. `data` is its structure of `linux/netfilter/xt_*.h`.
    init(match name: String, revision: Int, _ data: [UInt8]) {
        self.init(share: .some)
        switch (name, revision) {
        case ("comment", _): share = .all
        case ("state", 0):
            // struct xt_state_info: a mask of states.
            guard let mask = data.uint32(at: 0) else { return }
            ask(hasInvalid: mask & 1 != 0, isInverted: false)
        case ("conntrack", 1...3):
            // struct xt_conntrack_mtinfo1 to 3: flags and masks have the same offsets.
            guard let flags = data.uint16(at: 146), let inverted = data.uint16(at: 148),
                let states = revision == 1 ? data.uint8(at: 150).map(UInt16.init) : data.uint16(at: 150)
            else { return }
            let asksState = flags & UInt16(XT_CONNTRACK_STATE) != 0
            // For a packet without a conntrack entry only the state is known; any other condition fails.
            if !asksState {
                share = .none
            } else {
                ask(hasInvalid: states & 1 != 0, isInverted: inverted & UInt16(XT_CONNTRACK_STATE) != 0)
            }
        case ("tcp", 0):
            // struct xt_tcp of a bare `-m tcp`: all ports, no option, no flags, nothing inverted.
            if data.prefix(12).elementsEqual([0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0, 0]) { share = .all }
        default: break
        }
    }

    private mutating func ask(hasInvalid: Bool, isInverted: Bool) {
        share = hasInvalid != isInverted ? .all : .none
        asksForInvalid = true
    }

    /// The effect of a target that is not a verdict.
    init(target name: String, _ data: [UInt8]) {
        switch name {
        case "CT": self.init(untracks: (data.uint16(at: 0) ?? 0) & UInt16(XT_CT_NOTRACK) != 0)
        case "NOTRACK": self.init(untracks: true)
        case "REJECT": self.init(verdict: .end)
        case _ where Self.continuing.contains(name): self.init()
        default: self.init(verdict: .unknown)
        }
    }

    /// Targets after which the next rule follows.
    private static let continuing = [
        "AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CONNSECMARK", "DSCP", "ECN", "HL", "HMARK", "IDLETIMER", "LED",
        "LOG", "MARK", "NFLOG", "RATEEST", "SECMARK", "SET", "TCPMSS", "TCPOPTSTRIP", "TEE", "TOS", "TRACE", "TTL",
        "ULOG",
    ]
}

/// Numbers in host byte order; nil if the bytes end before.
extension [UInt8] {
    func uint8(at offset: Int) -> UInt8? { offset >= 0 && offset < count ? self[offset] : nil }

    func uint16(at offset: Int) -> UInt16? { number(at: offset) }

    func uint32(at offset: Int) -> UInt32? { number(at: offset) }

    private func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number? {
        guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }
}
