import Firewall
public import LinuxSystem
package import Netlink

/// The host: the namespace this program was started in, where packets of containers are translated.
public struct Host: ~Copyable {
    package let home: NetworkNamespace
    /// rtnetlink, in the host's namespace.
    package var socket: Socket
    /// nfnetlink, in the host's namespace.
    package var firewall: Socket
    let identityOfInit: NetworkNamespace.Identity?
    /// What has been learnt of the kernel so far.
    var matches = MatchSupport()

    /// Opens all that is the host's own, before any container is entered.
    public init() throws(KernelError) {
        // Locals first: a throw after the first field would leave them half made.
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        let home = try Self.namespace(of: socket)
        self.init(home, socket, firewall)
    }

    /// Opens it in the namespace that plays the host, where the calling thread goes.
    init(in home: consuming NetworkNamespace) throws(KernelError) {
        try home.enter()
        let socket = try Socket(.route)
        let firewall = try Socket(.netfilter)
        self.init(home, socket, firewall)
    }

    private init(
        _ home: consuming NetworkNamespace, _ socket: consuming Socket, _ firewall: consuming Socket
    ) {
        self.home = home
        self.socket = socket
        self.firewall = firewall
        identityOfInit = NetworkNamespace.identityOfInit()
    }

    /// The socket knows it for less than /proc does, but tells only those who may change it.
    private static func namespace(of socket: borrowing Socket) throws(KernelError) -> NetworkNamespace {
        do { return try socket.namespace() } catch { return try NetworkNamespace.current() }
    }

    /// Brings the calling thread back; what the kernel said if it would not.
    func returnHome() -> KernelError? {
        do { try home.enter() } catch { return error }
        return nil
    }

    /// Whether a namespace is the host's own or process 1's, which is never to be treated as a container's.
    public func isOwn(_ namespace: borrowing NetworkNamespace) -> Bool {
        namespace.identity == home.identity || namespace.identity == identityOfInit
    }

    /// Whether this is the machine itself, and not an engine's namespace that plays its part.
    package var isMachine: Bool { home.identity == identityOfInit }

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

/// Which matches of nftables the kernel has. Each is taken for granted until the kernel refuses a rule with it.
struct MatchSupport {
    /// `socket`, Linux 5.10; nil until it is asked.
    private var knownSockets: Bool?
    /// `fib` in a chain of hook forward, Linux 5.16 or so.
    private(set) var routesInForward = true

    mutating func sockets() -> Bool {
        let known = knownSockets ?? KernelRelease.running.map { $0 >= KernelRelease(5, 10) } ?? true
        knownSockets = known
        return known
    }

    /// Notes what a refused rule shows.
    mutating func note(_ missing: Change.Match) {
        switch missing {
        case .sockets: knownSockets = false
        case .routes: routesInForward = false
        }
    }
}
