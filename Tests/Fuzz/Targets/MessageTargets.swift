import CKernel
import HostCare
import LinuxSystem

@testable import ConntrackUsage
@testable import Diagnosis
@testable import Netlink

/// The messages in bytes that lie in memory of exactly that size: a byte behind it is AddressSanitizer's.
func withMessages(_ bytes: [UInt8], _ body: ([Message]) -> Void) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    let messages = Array(Messages(UnsafeRawBufferPointer(memory)))
    let claimed = messages.reduce(0) { $0 + Int($1.header.pointee.nlmsg_len) }
    require(claimed <= bytes.count, "messages of \(claimed) bytes in \(bytes.count)")
    body(messages)
}

extension FuzzTarget {
    static let netlink = FuzzTarget(name: "netlink", input: "a datagram of routing netlink") { bytes in
        withMessages(bytes) { messages in
            for message in messages {
                if let link = Link(message) { requireName(link.name) }
                if let address = InterfaceAddress(message) {
                    requireText(address.address)
                    require(address.onLinkPrefix.contains(address.address), "\(address.onLinkPrefix) is another's")
                }
                if let route = Route(default: message) { requireRecomposed(route) }
                if let rule = PolicyRule(message) { requireRecomposed(rule) }
                if let lookup = RouteLookup(message) { lookup.gateway.map { requireText($0) } }
                _ = Neighbour(message)
                _ = Netconf(message)
                _ = OnLinkRoute(message)
                _ = HalfRoute(message)
                _ = WildcardServer(message)
                if case .failed(let error) = message.outcome("test") { requirePlain(error.description) }
                _ = message.acknowledgement("test")
            }
        }
    }

    private static func requireName(_ name: InterfaceName) {
        require(1...15 ~= name.bytes.count && !name.bytes.contains(0), "an interface's name is \(name.bytes)")
        requirePlain(name.description)
    }

    private static func requireText(_ address: IPAddress) {
        require(IPAddress(address.description) == address, "\(address) is read as another")
    }

    /// A route that is read, added elsewhere and read again is the same.
    static func requireRecomposed(_ route: Route) {
        require(!route.nextHops.isEmpty, "a route without a hop")
        var expected = route
        // What a request does not say, and what it says in another attribute.
        expected.lifetime = nil
        for place in expected.nextHops.indices {
            expected.nextHops[place].isDead = false
            expected.nextHops[place].interface &= 0x7fff_ffff
            if let gateway = expected.nextHops[place].gateway { requireText(gateway) }
        }
        if expected.nextHops.count == 1 { expected.nextHops[0].hops = 0 }
        if expected.nextHopObject != nil { expected.nextHops = [NextHop(interface: 0, gateway: nil)] }
        let request = Request.add(expected)
        guard case .success = reading({ () throws(KernelError) in try request.validate() }) else { return }
        withMessages(request.bytes) { messages in
            require(messages.count == 1, "a request of \(messages.count) messages")
            let again = messages.first.flatMap { Route(default: $0) }
            require(again == expected, "\(expected) is read again as \(String(describing: again))")
        }
    }

    static func requireRecomposed(_ rule: PolicyRule) {
        for name in [rule.inputInterface, rule.outputInterface] { name.map { requireName($0) } }
        var expected = rule
        expected.asksForMore = false
        let request = Request.add(expected)
        guard case .success = reading({ () throws(KernelError) in try request.validate() }) else { return }
        withMessages(request.bytes) { messages in
            let again = messages.first.flatMap { PolicyRule($0) }
            require(again == expected, "\(expected) is read again as \(String(describing: again))")
        }
    }

    static let conntrack = FuzzTarget(
        name: "conntrack", input: "a byte that says how to group, and a datagram of ctnetlink"
    ) { input in
        var choices = Choices(input)
        let grouping = choices.one(of: ConntrackGrouping.allCases)
        let addresses = ["10.89.1.5", "fd00:89:1::5"].compactMap { IPAddress($0) }
        let owners = AddressOwners(host: [addresses[0]], containers: [.init("a", addresses), .init("b", addresses)])
        var users = ConntrackUsers(by: grouping, owners: owners, counters: 4, seed: 1)
        var count = 0
        withMessages(choices.remainder()) { messages in
            for entry in messages.compactMap({ ConntrackEntry($0) }) {
                count += 1
                users.count(entry)
            }
        }
        require(users.total == count, "\(users.total) entries of \(count)")
        for user in users.top(8) {
            require(1...count ~= user.entries && 0..<user.entries ~= user.error, "\(user.entries) of \(count)")
            requirePlain(user.service?.description ?? "")
        }
    }

    static let messages = [netlink, conntrack]
}
