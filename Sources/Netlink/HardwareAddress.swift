import CMnl
package import LinuxSystem

/// The address of an Ethernet interface: 48 bits.
package struct HardwareAddress: Hashable, Sendable {
    /// In the lowest 48 bits, in the order in which they are written.
    private let bits: UInt64

    private init(_ bytes: some Collection<UInt8>) { bits = bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// Reads six bytes; nil for any other count.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 6 else { return nil }
        self.init(bytes)
    }

    /// Reads text like `02:42:0a:59:02:02`; nil for other text.
    package init?(_ text: String) {
        let parts = text.parts(between: UInt8(ascii: ":"), most: 7)
        guard parts.count == 6 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.count == 2, part.utf8.first != UInt8(ascii: "+"), let byte = UInt8(part, radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.init(bytes)
    }
}

#if !hasFeature(Embedded)
    extension HardwareAddress {
        /// `02:42:0a:59:02:02`
        package var text: String {
            [UInt64(40), 32, 24, 16, 8, 0].map { shift in
                let digits = String(UInt8(truncatingIfNeeded: bits >> shift), radix: 16)
                return digits.utf8.count < 2 ? "0" + digits : digits
            }.joined(separator: ":")
        }
    }
#endif

extension Socket {
    /// The hardware addresses of the namespace's interfaces that have one, by their indexes.
    package mutating func hardwareAddresses() throws(KernelError) -> [(interface: UInt32, address: HardwareAddress)] {
        try dump(.listLinks()) { message in
            guard let header = message.familyHeader(ifinfomsg.self) else { return nil }
            for attribute in message.attributes(after: ifinfomsg.self) where attribute.type == IFLA_ADDRESS {
                guard let address = HardwareAddress(bytes: attribute.payload) else { return nil }
                return (UInt32(bitPattern: header.ifi_index), address)
            }
            return nil
        }
    }
}
