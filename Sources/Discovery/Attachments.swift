import LinuxSystem
import Netlink

/// Where containers' interfaces lead: to this host, to their user's own network, or to a namespace that is neither.
struct Attachments: ~Copyable {
    /// In the host's namespace.
    private var socket: Socket
    private let home: NetworkNamespace
    /// Process 1's namespace, where another one plays the host.
    private let machine: NetworkNamespace
    /// The ids of the namespaces in which other ends of the host's interfaces are.
    private let reached: Set<Int32>
    /// What interfaces may lead to, beginning with what one led to last.
    private var known: [FoundNamespace]
    private let containers: Set<NetworkNamespace.Identity>
    /// How many of `known` are still asked for, by user: a user may have made any number.
    private var questions: [UInt32: Int] = [:]
    private static let questionsOfUser = 8192

    /// To be called where the thread may enter namespaces and come back: outside of a user namespace.
    init(_ known: [FoundNamespace], containers: Set<NetworkNamespace.Identity>) throws(KernelError) {
        // Locals first: a throw after the first field would leave them half made.
        let home = try NetworkNamespace.current()
        let machine = try NetworkNamespace(path: "/proc/1/ns/net")
        var socket = try Socket(.route)
        // Listing an interface makes the kernel give its other end's namespace an id.
        reached = Set(try socket.links().compactMap { $0.peerNamespaceID })
        self.known = known
        self.containers = containers
        self.home = home
        self.machine = machine
        self.socket = socket
    }

    /// Whether one of the host's interfaces ends in a container. It is not entered.
    mutating func lead(toHostFrom container: FoundNamespace) -> Bool {
        do throws(KernelError) {
            return try socket.namespaceID(of: container.open()).map { reached.contains($0) } ?? false
        } catch { return false }
    }

    /// Why a container is to be skipped in which no interface of the host's ends: all those by which it may have been connected lead
    /// to namespaces that are neither the host's nor its user's own network. Nil also if nothing tells.
    mutating func cause(toSkip container: FoundNamespace) -> SkippedNamespace.Cause? {
        do throws(KernelError) {
            let namespace = try container.open()
            var inside = try namespace.run(returningTo: home) { () throws(KernelError) in try Socket(.route) }
            let links = try inside.links()
            // Hardware, and the tap by which pasta and slirp4netns translate.
            if links.contains(where: { $0.isConnectedByItself }) { return nil }
            let ids = Set(links.filter { $0.isConnected }.compactMap { $0.peerNamespaceID })
            if ids.isEmpty { return nil }
            if try inside.knows(home, by: ids) { return nil }
            if try inside.knows(machine, by: ids) { return nil }
            let owner = try namespace.owner()
            return cause(owner, leadingTo: place(of: ids, in: &inside, for: owner))
        } catch { return nil }
    }

    private func cause(_ owner: UInt32, leadingTo place: FoundNamespace?) -> SkippedNamespace.Cause? {
        // Podman keeps no process in an ordinary user's network, so that may be unknown.
        guard let place else { return owner == 0 ? .elsewhere : nil }
        if isContainer(place) { return .inside }
        // Docker's overlay networks have namespaces of their own, by which packets reach other hosts.
        let isOwn = owner == 0 ? place.path.hasPrefix(BindMount.dockerFolder + "/") : place.owner == owner
        return isOwn ? nil : .elsewhere
    }

    /// The first known namespace that an interface leads to.
    private mutating func place(of ids: Set<Int32>, in inside: inout Socket, for owner: UInt32) -> FoundNamespace? {
        for (index, place) in known.enumerated() {
            guard questions[owner, default: Self.questionsOfUser] > 0 else { return nil }
            questions[owner, default: Self.questionsOfUser] -= 1
            do throws(KernelError) {
                guard try inside.knows(try place.open(), by: ids) else { continue }
            } catch { continue }
            known.remove(at: index)
            known.insert(place, at: 0)
            return place
        }
        return nil
    }

    private func isContainer(_ place: FoundNamespace) -> Bool {
        place.identity.map { containers.contains($0) } ?? false
    }
}

extension Socket {
    fileprivate mutating func knows(
        _ namespace: borrowing NetworkNamespace, by ids: Set<Int32>
    ) throws(KernelError) -> Bool {
        try namespaceID(of: namespace).map { ids.contains($0) } ?? false
    }
}

extension Link {
    /// Whether somebody outside may have connected the container by it: its other end is elsewhere, and it is no port of a bridge,
    /// as those are that lead to containers inside this one.
    fileprivate var isConnected: Bool { master == nil && peerNamespaceID ?? -1 >= 0 }

    fileprivate var isConnectedByItself: Bool {
        peerNamespaceID == nil && isEthernet && !isLoopback && (kind == nil || kind == "tun")
    }
}
