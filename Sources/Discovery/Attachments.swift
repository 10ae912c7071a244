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

    /// Whether this program can see them. An ordinary user cannot, who changes nothing, nor can root in a user namespace: a thread could
    /// not leave those of others any more.
    static var areVisible: Bool { NetworkNamespace.identityOfInit() != nil && UserNamespace.outerUser() == nil }

    /// `containers`: the containers' namespaces. `others`: what else interfaces may lead to. Only where `areVisible`.
    init(containers: [FoundNamespace], others: [FoundNamespace]) throws(KernelError) {
        // Locals first: a throw after the first field would leave them half made.
        let home = try NetworkNamespace.current()
        let machine = try NetworkNamespace(path: "/proc/1/ns/net")
        var socket = try Socket(.route)
        // Listing an interface makes the kernel give its other end's namespace an id.
        reached = Set(try socket.links().compactMap { $0.peerNamespaceID })
        known = others + containers
        self.containers = Set(containers.compactMap { $0.identity })
        self.home = home
        self.machine = machine
        self.socket = socket
    }

    /// Why a container is to be skipped; nil if it is not. `processes` finds the first processes of a namespace: it is asked only where
    /// no interface of the host's ends in the container.
    mutating func cause(
        toSkip container: FoundNamespace, _ processes: (NetworkNamespace.Identity) -> [Process]
    ) -> SkippedNamespace.Cause? {
        guard let identity = container.identity, !lead(toHostFrom: container) else { return nil }
        return isInside(container, processes(identity)) ? .inside : causeByInterfaces(toSkip: container)
    }

    /// Whether a container's processes were started from another container's namespace, or from one of somebody else. Rootless Docker's
    /// containers are started from a namespace of their user that is no container's.
    private func isInside(_ container: FoundNamespace, _ processes: [Process]) -> Bool {
        let origins = processes.compactMap { $0.parent?.foundNamespace }.filter { $0.identity != container.identity }
        // A container's first process is started from the host's namespace, others may be by those inside.
        let hosts = [home.identity, machine.identity]
        guard !origins.isEmpty, !origins.contains(where: { $0.identity.map(hosts.contains) ?? false }) else {
            return false
        }
        let owner = container.owner
        return origins.allSatisfy { isContainer($0) || owner == nil || owner == 0 || $0.owner != owner }
    }

    /// Whether one of the host's interfaces ends in a container. It is not entered.
    private mutating func lead(toHostFrom container: FoundNamespace) -> Bool {
        do throws(KernelError) {
            return try socket.namespaceID(of: container.open()).map { reached.contains($0) } ?? false
        } catch { return false }
    }

    /// Whether a veth of a container's ends on the host: the same, seen from inside. That is quicker for one container, since the host's
    /// interfaces are not listed.
    static func haveVeth(toHostFrom container: FoundNamespace) -> Bool {
        do throws(KernelError) {
            let home = try NetworkNamespace.current()
            var inside = try socket(in: container.open(), returningTo: home)
            let veths = try inside.links().filter { $0.kind == "veth" }
            return try inside.knows(home, by: Set(veths.compactMap { $0.peerNamespaceID }))
        } catch { return false }
    }

    /// A socket in a container. Who administers that can make any number of interfaces, and must not hold others up.
    private static func socket(
        in namespace: borrowing NetworkNamespace, returningTo home: borrowing NetworkNamespace
    ) throws(KernelError) -> Socket {
        var socket = try namespace.run(returningTo: home) { () throws(KernelError) in try Socket(.route) }
        socket.limit(to: Budget(milliseconds: 1000, mostListed: .max))
        return socket
    }

    /// Why a container is to be skipped in which no interface of the host's ends: all those by which it may have been connected lead
    /// to namespaces that are neither the host's nor its user's own network. Nil also if nothing tells.
    private mutating func causeByInterfaces(toSkip container: FoundNamespace) -> SkippedNamespace.Cause? {
        do throws(KernelError) {
            let namespace = try container.open()
            var inside = try Self.socket(in: namespace, returningTo: home)
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
        let isOwn = owner == 0 ? place.path.begins(with: NamespaceFolder.docker + "/") : place.owner == owner
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
