import CKernel
import Firewall
import LinuxSystem
import Netlink

/// The elements of a set that maps to verdicts, or that a known value is looked up in.
struct VerdictSet: Equatable {
    struct Element: Equatable {
        /// Nil for the catch-all element (`*`).
        var key: [UInt8]?
        /// Nil in a set that is no map.
        var verdict: Verdict?
    }

    var elements: [Element] = []
    /// Whether the elements are ends of ranges.
    var hasRanges = false
}

/// Evaluates one nftables rule for an INVALID segment of one IP version.
struct RuleReading {
    private let version: IPVersion
    /// Returns nil for a set that has not been read yet.
    private let elements: (String) -> VerdictSet?
    private var registers = Registers()
    /// The conditions so far; the rest of the rule depends on them.
    private var effect = RuleEffect()
    private var effects: [RuleEffect] = []
    /// Sets that must be read before the rule can be evaluated.
    private(set) var missing: [String] = []

    private init(_ version: IPVersion, _ elements: @escaping (String) -> VerdictSet?) {
        self.version = version
        self.elements = elements
    }

    /// The rule's effects: several if it looks up a verdict by an unknown value.
    static func effects(
        of steps: [RuleStep], _ version: IPVersion, _ elements: @escaping (String) -> VerdictSet?
    ) -> (effects: [RuleEffect], missing: [String]) {
        var reading = RuleReading(version, elements)
        for step in steps where reading.effect.share != .none { reading.follow(step) }
        reading.effects.append(reading.effect)
        return (reading.effects, reading.missing)
    }

    private mutating func follow(_ step: RuleStep) {
        switch step {
        case .pass: break
        case .load(.trackingEntry, let register):
            // Without a conntrack entry the kernel leaves the rule.
            effect.share = .none
            registers.store(.unknown, into: register)
        case .load(let field, let register): registers.load(field, version, into: register)
        case .loadHeader(let offset, let length, let register):
            // RFC 791: protocol, RFC 8200: next header.
            let isProtocol = length == 1 && offset == (version == .v4 ? 9 : 6)
            registers.load(isProtocol ? .transportProtocol : .other, version, into: register)
        case .store(let bytes, let register): registers.store(.bytes(bytes, isState: false), into: register)
        case .mask(let source, let destination, let and, let xor): mask(source, destination, and, xor)
        case .compare(let register, let operation, let value): compare(register, operation, value)
        case .lookup(let set, let register, let verdict, let isInverted):
            look(up: set, register, mapsToVerdicts: verdict, isInverted)
        case .verdict(let verdict): effect.verdict = verdict
        case .effect(let other):
            effect.restrict(to: other.share)
            effect.asksForInvalid = effect.asksForInvalid || other.asksForInvalid
            effect.untracks = effect.untracks || other.untracks
            if other.verdict != .proceed { effect.verdict = other.verdict }
        case .unknown:
            registers.forget()
            effect.restrict(to: .some)
        }
    }

    private mutating func mask(_ source: Int, _ destination: Int, _ and: [UInt8], _ xor: [UInt8]) {
        guard case .bytes(let bytes, let isState) = registers.content(of: source, count: and.count) else {
            return registers.store(.unknown, into: destination)
        }
        var result: [UInt8] = []
        for index in bytes.indices { result.append(bytes[index] & and[index] ^ xor[index]) }
        registers.store(.bytes(result, isState: isState), into: destination)
    }

    private mutating func compare(_ register: Int, _ operation: nft_cmp_ops, _ value: [UInt8]) {
        switch registers.content(of: register, count: value.count) {
        case .unknown: effect.restrict(to: .some)
        case .interface:
            // `lo` by its name, or by its index, which is 1 in every namespace.
            let isLoopback =
                value.count > 2 && value.elementsEqual(paddedInterfaceName("lo").prefix(value.count))
                || value == withUnsafeBytes(of: UInt32(1)) { [UInt8]($0) }
            switch (isLoopback, operation) {
            case (true, NFT_CMP_EQ): effect.share = .none
            case (true, NFT_CMP_NEQ): break
            default: effect.restrict(to: .some)
            }
        case .bytes(let bytes, let isState):
            let holds =
                switch operation {
                case NFT_CMP_EQ: bytes == value
                case NFT_CMP_NEQ: bytes != value
                case NFT_CMP_LT: bytes.lexicographicallyPrecedes(value)
                case NFT_CMP_LTE: !value.lexicographicallyPrecedes(bytes)
                case NFT_CMP_GT: value.lexicographicallyPrecedes(bytes)
                default: !bytes.lexicographicallyPrecedes(value)
                }
            decide(holds, isState: isState)
        }
    }

    private mutating func decide(_ holds: Bool, isState: Bool) {
        if !holds { effect.share = .none } else if isState { effect.asksForInvalid = true }
    }

    private mutating func look(up name: String, _ register: Int, mapsToVerdicts: Bool, _ isInverted: Bool) {
        let isUnknown = registers.content(of: register, count: 1) == .unknown
        // Set lookups by an unknown value: the elements, maybe a million, tell nothing.
        if isUnknown && !mapsToVerdicts { return effect.restrict(to: .some) }
        guard let set = elements(name) else {
            missing.append(name)
            return effect.restrict(to: .some)
        }
        let length = set.elements.lazy.compactMap { $0.key?.count }.first ?? 1
        guard !set.hasRanges, case .bytes(let key, let isState) = registers.content(of: register, count: length) else {
            effect.restrict(to: .some)
            if mapsToVerdicts { branch(set.elements.compactMap { $0.verdict }) }
            return
        }
        let element = set.elements.first { $0.key == key } ?? set.elements.first { $0.key == nil }
        decide((element != nil) != isInverted, isState: isState)
        if mapsToVerdicts, let verdict = element?.verdict { effect.verdict = verdict }
    }

    /// The rule may come to each of the verdicts, or to none and continue.
    private mutating func branch(_ verdicts: [Verdict]) {
        for (index, verdict) in verdicts.enumerated() where !verdicts[..<index].contains(verdict) {
            var branch = effect
            branch.verdict = verdict
            effects.append(branch)
        }
    }
}
