import CMnl
public import LinuxSystem

/// A netlink socket. It belongs to the network namespace in which the calling thread opened it, and is closed with this value.
///
/// Each request is answered before the next is sent, so the sequence number alone identifies a reply.
public struct Socket: ~Copyable {
    /// The netlink families, `netlink(7)`.
    public enum Family {
        /// `NETLINK_ROUTE`, `rtnetlink(7)`.
        case route
        /// `NETLINK_NETFILTER`.
        case netfilter
        #if !hasFeature(Embedded)
            /// `NETLINK_SOCK_DIAG`, `sock_diag(7)`. Not used when a container starts.
            case socketDiagnosis
        #endif
    }

    let socket: OpaquePointer
    let buffer: UnsafeMutableRawBufferPointer
    private var sequence: UInt32 = 0
    private let family: Family
    private var filtersDumps = false
    private var explainsRefusals = false
    var budget = Budget()

    /// The kernel puts at most 32 KiB into one datagram of a dump.
    private static let bufferSize = 32768
    /// A dump that changes while it is read is read again up to this often.
    private static let attempts = 32

    /// Opens a socket in the calling thread's namespace. The kernel assigns its address with the first request.
    public init(_ family: Family) throws(KernelError) {
        let (bus, name) =
            switch family {
            case .route: (NETLINK_ROUTE, "routing netlink")
            case .netfilter: (NETLINK_NETFILTER, "nftables' netlink")
            #if !hasFeature(Embedded)
                case .socketDiagnosis: (NETLINK_SOCK_DIAG, "the kernel's list of sockets")
            #endif
            }
        guard let socket = mnl_socket_open2(bus, Datagram.closeOnExec) else {
            throw KernelError("open \(name)", .current)
        }
        guard Datagram.connectToKernel(mnl_socket_get_fd(socket)) else {
            let errno = Errno.current
            mnl_socket_close(socket)
            throw KernelError("open \(name)", errno)
        }
        self.socket = socket
        self.family = family
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 8)
    }

    deinit {
        buffer.deallocate()
        mnl_socket_close(socket)
    }

    /// Whether the kernel knows the option.
    @discardableResult
    private static func enable(_ option: Int32, on socket: OpaquePointer) -> Bool {
        var enabled: Int32 = 1
        return mnl_socket_setsockopt(socket, option, &enabled, UInt32(MemoryLayout<Int32>.size)) == 0
    }

    #if !hasFeature(Embedded)
        /// Whether the kernel filters dumps by the request, `NETLINK_GET_STRICT_CHK`, Linux 4.20.
        package mutating func canFilterDumps() -> Bool { Self.enable(NETLINK_GET_STRICT_CHK, on: socket) }
    #endif

    /// Has the kernel filter dumps by the request. Enabled with the first dump, since the host's socket mostly needs none. Older
    /// kernels do not filter, which costs time and nothing else.
    private mutating func filterDumps() {
        if filtersDumps || family != .route { return }
        filtersDumps = true
        Self.enable(NETLINK_GET_STRICT_CHK, on: socket)
    }

    /// Has the kernel explain refusals in words. Enabled with the first change, since most runs make none. Older kernels cannot.
    package mutating func explainRefusals() {
        if explainsRefusals { return }
        explainsRefusals = true
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK] { Self.enable(option, on: socket) }
    }

    /// The namespace it belongs to, `SIOCGSKNS`.
    package func namespace() throws(KernelError) -> NetworkNamespace {
        try NetworkNamespace(ofSocket: mnl_socket_get_fd(socket))
    }

    /// Its address, which the kernel tells with the changes that it asked for.
    package var port: UInt32 { Datagram.port(of: mnl_socket_get_fd(socket)) }

    /// The number of its network namespace, which no later one gets until the next boot; nil before Linux 5.14.
    package var namespaceCookie: UInt64? { NetworkNamespace.cookie(ofSocket: mnl_socket_get_fd(socket)) }

    /// Bounds what reading may cost, for a namespace whose owner is not trusted.
    package mutating func limit(to budget: Budget) { self.budget = budget }

    /// Sends a request and waits until the kernel has carried it out or refused it.
    package mutating func execute(_ request: borrowing Request) throws(KernelError) {
        explainRefusals()
        try send(request, adding: NLM_F_ACK)
        try receive(request.attempt) { _ in true }
    }

    /// Sends a request with one message as its answer, and returns what `parse` makes of it.
    package mutating func get<Value>(
        _ request: borrowing Request, _ parse: (Message) -> Value?
    ) throws(KernelError) -> Value? {
        try send(request, adding: 0)
        var value: Value?
        try receive(request.attempt) { message in
            value = parse(message)
            return false
        }
        return value
    }

    /// Sends a dump request and returns what `parse` makes of each message, without nil.
    package mutating func dump<Value>(
        _ request: borrowing Request, _ parse: (Message) -> Value?
    ) throws(KernelError) -> [Value] {
        var values: [Value] = []
        let mostListed = budget.mostListed
        _ = try read(request, again: { values = [] }) { message in
            if let value = parse(message) { values.append(value) }
            return values.count <= mostListed
        }
        try budget.allow(values.count, request.attempt)
        return values
    }

    /// Sends a dump request and passes each message to `body` as long as that returns true. Returns whether it always did. If
    /// not, the kernel would continue the dump at the next request, so the socket must not be used any more.
    ///
    /// A dump that the kernel marks as interrupted (`NLM_F_DUMP_INTR`) may lack or repeat entries, and of one that met a full
    /// buffer (`ENOBUFS`) replies are lost: it is read `again`.
    @inline(never)
    package mutating func read(
        _ request: borrowing Request, again: () -> Void, _ body: (Message) -> Bool
    ) throws(KernelError) -> Bool {
        filterDumps()
        for _ in 0..<Self.attempts {
            again()
            try send(request, adding: NLM_F_DUMP)
            do throws(KernelError) {
                switch try receive(request.attempt, body) {
                case .complete: return true
                case .stopped: return false
                case .interrupted: continue
                }
            } catch {
                guard error.errno == .noBuffers else { throw error }
                try drain(request.attempt)
            }
        }
        throw KernelError(
            request.attempt.text, .interrupted,
            explanation: "the list changed during each of \(Self.attempts) readings")
    }

    /// Sends a dump request and passes each message to `body` as it comes. Nothing is kept or read again.
    ///
    /// For tables too large to collect, which change all the time: no reading is a snapshot, and the kernel does not mark
    /// interrupted ones.
    package mutating func stream(_ request: borrowing Request, _ body: (Message) -> Void) throws(KernelError) {
        filterDumps()
        try send(request, adding: NLM_F_DUMP)
        try receive(request.attempt) { message in
            body(message)
            return true
        }
    }

    /// The next sequence number, for messages composed outside of `Request` (nftables' batches).
    package mutating func nextSequence() -> UInt32 {
        sequence &+= 1
        return sequence
    }

    /// Reserves numbers for the messages of a batch, after the one `nextSequence` gave.
    package mutating func skipSequences(_ count: Int) { sequence &+= UInt32(truncatingIfNeeded: count) }

    @inline(never)
    private mutating func send(_ request: borrowing Request, adding flags: Int32) throws(KernelError) {
        try request.validate()
        request.sequence = nextSequence()
        request.header.pointee.nlmsg_flags |= UInt16(truncatingIfNeeded: flags)
        try send(request.storage, Int(request.header.pointee.nlmsg_len), request.attempt)
    }

    /// Sends bytes, which must be complete messages.
    package func send(_ messages: [UInt8], _ attempt: Attempt) throws(KernelError) {
        try send(messages, messages.count, attempt)
    }

    private func send(_ bytes: UnsafeRawPointer, _ count: Int, _ attempt: Attempt) throws(KernelError) {
        guard mnl_socket_sendto(socket, bytes, count) == count else { throw KernelError(attempt.text, .current) }
    }

    private enum Reading {
        case complete
        /// The kernel says that the list changed meanwhile.
        case interrupted
        case stopped
    }

    /// Receives until the request's last reply, or until `body` returns false.
    @discardableResult
    @inline(never)
    private mutating func receive(_ attempt: Attempt, _ body: (Message) -> Bool) throws(KernelError) -> Reading {
        var reading = Reading.complete
        while true {
            guard let datagram = try receiveDatagram(attempt, waiting: true) else { continue }
            for message in Messages(datagram) {
                // A left-over reply to a request that was given up.
                guard message.sequence == sequence else { continue }
                if message.isInterruptedDump { reading = .interrupted }
                switch message.outcome(attempt) {
                case .data: if !body(message) { return .stopped }
                case .done: return reading
                case .failed(let error): throw error
                }
            }
        }
    }
}
