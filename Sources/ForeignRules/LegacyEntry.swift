import CKernel
import Firewall
import LinuxSystem
import Netlink

/// One rule of iptables-legacy: a header, matches and a target, each with its own length.
struct LegacyEntry {
    let start: Int
    let end: Int
    /// Set if the entry is no rule but begins a user's chain.
    let chainName: String?
    private let conditions: RuleEffect
    private let target: Target

    private enum Target {
        case verdict(Int32, isGoto: Bool)
        case extension_(RuleEffect)
    }

    /// `struct xt_entry_match` and `xt_entry_target` before their data: size, name, revision.
    private static let headerSize = 32

    init?(_ bytes: [UInt8], at start: Int, _ layout: LegacyLayout) {
        guard start >= 0, layout.size <= bytes.count - start,
            let targetOffset = bytes.uint16(at: start + layout.targetOffset).map(Int.init),
            let nextOffset = bytes.uint16(at: start + layout.nextOffset).map(Int.init),
            targetOffset >= layout.size, targetOffset + Self.headerSize <= nextOffset, nextOffset <= bytes.count - start
        else { return nil }
        self.start = start
        end = start + nextOffset
        var conditions = RuleEffect(share: Self.share(bytes, start, layout))
        var place = start + layout.size
        while place < start + targetOffset {
            guard let size = bytes.uint16(at: place).map(Int.init), size >= Self.headerSize,
                place + size <= start + targetOffset
            else { return nil }
            let match = RuleEffect(
                match: Self.extensionName(bytes, place), revision: Int(bytes[place + 31]),
                Array(bytes[(place + Self.headerSize)..<(place + size)]))
            conditions.restrict(to: match.share)
            conditions.asksForInvalid = conditions.asksForInvalid || match.asksForInvalid
            place += size
        }
        self.conditions = conditions
        let data = Array(bytes[(place + Self.headerSize)..<end])
        let name = Self.extensionName(bytes, place)
        chainName = name == "ERROR" ? String(decoding: data.prefix { $0 != 0 }, as: UTF8.self) : nil
        if name.isEmpty {
            // XT_STANDARD_TARGET
            guard let verdict = data.uint32(at: 0) else { return nil }
            let isGoto = bytes[start + layout.flags] & layout.gotoFlag != 0
            target = .verdict(Int32(bitPattern: verdict), isGoto: isGoto)
        } else {
            target = .extension_(RuleEffect(target: name, data))
        }
    }

    /// The name of the match or target that begins at a place: `struct xt_entry_match` and `xt_entry_target` have their size in two
    /// bytes, the name in 29, then the revision. A standard target has none.
    static func extensionName(_ bytes: [UInt8], _ place: Int) -> String {
        String(decoding: bytes[(place + 2)..<(place + 31)].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The share of the segments that meet the header's conditions: addresses, interfaces, the protocol, fragments.
    private static func share(_ bytes: [UInt8], _ start: Int, _ layout: LegacyLayout) -> Share {
        let inversions = bytes[start + layout.inversions]
        let (viaIn, fragment, protocolInverted): (UInt8, UInt8, UInt8) = (0x01, 0x20, 0x40)
        var share = Share.all
        let masks = start + layout.masks
        if bytes[masks..<(masks + 2 * layout.addressSize)].contains(where: { $0 != 0 }) { share = .some }
        // Flags of rare conditions: IPT_F_FRAG, IP6T_F_TOS.
        if bytes[start + layout.flags] & (layout.version == .v4 ? 0x01 : 0x02) != 0 || inversions & fragment != 0 {
            share = .some
        }
        let number = bytes.uint16(at: start + layout.transportProtocol) ?? 0
        if number != 0, (number == UInt16(IPPROTO_TCP)) == (inversions & protocolInverted != 0) { return .none }
        let names = start + layout.interfaces
        let name = bytes[names..<(names + 16)]
        let mask = bytes[(names + 32)..<(names + 64)]
        if mask.contains(where: { $0 != 0 }) {
            // The input interface is exactly "lo" (with its NUL), and no output interface is given.
            let isLoopback =
                name.prefix(3).elementsEqual([0x6c, 0x6f, 0]) && mask.prefix(3).elementsEqual([0xff, 0xff, 0xff])
                && mask.dropFirst(16).allSatisfy { $0 == 0 }
            guard isLoopback else { return .some }
            if inversions & viaIn == 0 { return .none }
        }
        return share
    }

    /// The rule's effect. `chains` are the chains' names by their first offset.
    func effect(_ chains: [Int: String]) -> RuleEffect {
        var effect = conditions
        switch target {
        case .extension_(let other):
            effect.verdict = other.verdict
            effect.untracks = other.untracks
        case .verdict(let number, let isGoto):
            // Negative: -1 - NF_…, or XT_RETURN. Otherwise the offset at which to continue.
            switch number {
            case -1 - NF_DROP: effect.verdict = .drop
            case -1 - NF_ACCEPT: effect.verdict = .end
            case -1 - NF_REPEAT: effect.verdict = .back
            case 0...:
                // A rule without a target continues at the next entry.
                guard Int(number) != end else { break }
                effect.verdict = chains[Int(number)].map { isGoto ? .goto($0) : .jump($0) } ?? .unknown
            default: effect.verdict = .unknown
            }
        }
        return effect
    }
}
