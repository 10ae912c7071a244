import CKernel
package import LinuxSystem
import Netlink

extension Socket {
    /// The indexes of the interfaces that are up and have a carrier: `IFF_UP` and `IFF_LOWER_UP`, netdevice(7). A veth has a
    /// carrier while its other end is up. These flags change at once; the operational state follows up to a second later.
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
