import CKernel
package import LinuxSystem
import Netlink

extension Socket {
    /// The indexes of the interfaces that are up and have a carrier, as a veth has while its other end is up: `IFF_UP` and
    /// `IFF_LOWER_UP`, netdevice(7). They change at once; the operational state comes up to a second later.
    package mutating func runningLinks() throws(KernelError) -> Set<UInt32> {
        let wanted = UInt32(IFF_UP.rawValue) | UInt32(IFF_LOWER_UP.rawValue)
        return Set(
            try dump(.listLinks()) { message in
                guard let header = message.familyHeader(ifinfomsg.self), header.ifi_flags & wanted == wanted
                else { return nil }
                return UInt32(exactly: header.ifi_index)
            })
    }
}
