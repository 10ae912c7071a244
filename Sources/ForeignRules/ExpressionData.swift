import CKernel
import Firewall
import LinuxSystem
import Netlink

/// The attributes of one nftables expression, and readers for their values.
struct ExpressionData {
    private let attributes: Attributes

    init(_ attributes: Attributes) { self.attributes = attributes }

    /// For an expression without attributes.
    init() { self.init(Attributes(UnsafeRawBufferPointer(start: nil, count: 0))) }

    func string<Type: RawRepresentable<UInt32>>(_ type: Type) -> String? { attributes.first(type)?.string }

    func bytes<Type: RawRepresentable<UInt32>>(_ type: Type) -> [UInt8] { attributes.first(type)?.bytes ?? [] }

    /// A number; nftables writes them big endian.
    func number<Type: RawRepresentable<UInt32>>(_ type: Type) -> Int? {
        attributes.first(type)?.uint32.map { Int(UInt32(bigEndian: $0)) }
    }

    /// The bytes of a value, `NFTA_DATA_VALUE`.
    func value<Type: RawRepresentable<UInt32>>(_ type: Type) -> [UInt8]? {
        attributes.first(type)?.nested.first(NFTA_DATA_VALUE)?.bytes
    }

    /// A verdict, `NFTA_DATA_VERDICT`.
    func verdict<Type: RawRepresentable<UInt32>>(_ type: Type) -> Verdict {
        attributes.first(type)?.nested.first(NFTA_DATA_VERDICT).map { Verdict($0.nested) } ?? .unknown
    }
}

extension Verdict {
    init(_ attributes: Attributes) {
        let data = ExpressionData(attributes)
        let code = data.number(NFTA_VERDICT_CODE).map { Int32(truncatingIfNeeded: $0) } ?? NF_QUEUE
        let chain = data.string(NFTA_VERDICT_CHAIN)
        switch code {
        case NF_DROP: self = .drop
        case NF_ACCEPT: self = .end
        case Int32(NFT_CONTINUE.rawValue): self = .proceed
        case Int32(NFT_RETURN.rawValue): self = .back
        case Int32(NFT_JUMP.rawValue): self = chain.map { .jump($0) } ?? .unknown
        case Int32(NFT_GOTO.rawValue): self = chain.map { .goto($0) } ?? .unknown
        default: self = .unknown
        }
    }
}
