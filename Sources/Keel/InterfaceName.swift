public import Netlink

/// For programs, which know nothing of netlink.
public typealias InterfaceName = Netlink.InterfaceName
