import Firewall
public import LinuxSystem
package import Netlink

/// The host: the namespace this program was started in, where the packets of containers are translated.
public struct Host: ~Copyable {
    package let home: NetworkNamespace
    /// rtnetlink, in the host's namespace.
    package var socket: Socket
    /// nfnetlink, in the host's namespace.
    package var firewall: Socket
    let identityOfInit: NetworkNamespace.Identity?
    /// The matches that the kernel is known to have so far.
    var matches = MatchSupport()

    /// Opens the host's sockets and namespace. To be called before any container is entered.
    public init() throws(KernelError) {
        // Locals first: a throw after the first field would leave them half made.
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        let home = try Self.namespace(of: socket)
        let identityOfInit = try NetworkNamespace.knownIdentityOfInit()
        // Without /proc there are no sysctls, and what is not found there would count as absent from the kernel.
        if identityOfInit == nil { try ProcFileSystem.requireMounted() }
        self.init(home, socket, firewall, identityOfInit)
    }

    /// Opens the host in a namespace that plays its part. The calling thread enters it and stays there.
    init(in home: consuming NetworkNamespace) throws(KernelError) {
        try home.enter()
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        let identityOfInit = try NetworkNamespace.knownIdentityOfInit()
        self.init(home, socket, firewall, identityOfInit)
    }

    private init(
        _ home: consuming NetworkNamespace, _ socket: consuming Socket, _ firewall: consuming Socket,
        _ identityOfInit: NetworkNamespace.Identity?
    ) {
        self.home = home
        self.socket = socket
        self.firewall = firewall
        self.identityOfInit = identityOfInit
    }

    /// Asking the socket costs less than /proc, but the kernel answers only those who may administer the namespace.
    private static func namespace(of socket: borrowing Socket) throws(KernelError) -> NetworkNamespace {
        do { return try socket.namespace() } catch { return try NetworkNamespace.current() }
    }

    /// Returns the calling thread to the host's namespace; the error if the kernel refuses.
    func returnHome() -> KernelError? {
        do { try home.enter() } catch { return error }
        return nil
    }

    /// Whether a namespace is the host's own or process 1's. Neither may be treated as a container's.
    public func isOwn(_ namespace: borrowing NetworkNamespace) -> Bool {
        namespace.identity == home.identity || namespace.identity == identityOfInit
    }

    /// Whether this is the machine's namespace, and not one of an engine's that plays its part.
    package var isMachine: Bool { home.identity == identityOfInit }

    /// The id that the host's namespace has in itself, if anybody gave it one.
    package mutating func ownID() throws(KernelError) -> Int32? { try socket.namespaceID(of: home) }

    /// The families that have a table of ours.
    package mutating func heldTables() throws(KernelError) -> [IPVersion] {
        let states = try firewall.states(of: IPVersion.allCases.map { InvalidDrop(version: $0).table })
        return zip(IPVersion.allCases, states).filter { $0.1 != .absent }.map { $0.0 }
    }

    /// Whether the kernel has nftables; a kernel without it holds nothing of ours.
    package mutating func hasFirewall() throws(KernelError) -> Bool {
        do {
            _ = try firewall.generation()
            return true
        } catch {
            if [.notSupported, .familyNotSupported, .protocolNotSupported, .invalid].contains(error.errno) {
                return false
            }
            throw error
        }
    }
}

/// What the kernel does for our rules. All is assumed until it refuses a rule, a chain or a set.
struct MatchSupport {
    /// `socket`, Linux 5.10; nil until it is asked.
    private var knownSockets: Bool?
    /// `fib` in a chain of hook forward, Linux 5.16 or so.
    private(set) var routesInForward = true
    /// The families whose table cannot be repaired: a chain or a set of ours has another form there.
    private(set) var misshapen: [IPVersion] = []

    mutating func sockets() -> Bool {
        let known = knownSockets ?? KernelRelease.running.map { $0 >= KernelRelease(5, 10) } ?? true
        knownSockets = known
        return known
    }

    /// Records for what a change was refused.
    mutating func note(_ obstacle: Change.Obstacle) {
        switch obstacle {
        case .sockets: knownSockets = false
        case .routes: routesInForward = false
        case .form(let version): _ = misshapen.appendIfNew(version)
        }
    }
}
