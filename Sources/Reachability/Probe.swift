import LinuxSystem

/// A probe on its way.
struct Probe {
    /// What it has led to.
    enum State {
        case waiting
        /// After so many nanoseconds.
        case answered(UInt64)
        case lost(Errno?)
        /// Does not count.
        case withdrawn
    }

    /// The place of its row.
    let place: Int
    let row: ProbeRow
    let socket: ProbeSocket
    /// Whether to wait until it can be written to.
    let isConnecting: Bool
    /// What is sent, and told from others by.
    private let echo: EchoMessage?
    private let payload: [UInt8]
    /// Whether the answer can only be that the port is unreachable, which peers do not say as often as they are asked.
    let isLimited: Bool
    private(set) var state = State.waiting
    private(set) var sentAt = Clock.now
    private(set) var tries = 1

    /// Sends it. `port`: where the host echoes datagrams, if it does. `nonce` begins the payload of all of a test's probes.
    init(_ row: ProbeRow, at place: Int, number: Int, nonce: [UInt8], echoPort: UInt16?) throws(KernelError) {
        self.place = place
        self.row = row
        isLimited = row.protocol == .udp && echoPort == nil
        // An even number of bytes, for the checksum.
        payload = nonce + withUnsafeBytes(of: UInt32(truncatingIfNeeded: number)) { [UInt8]($0) }
        echo =
            row.protocol == .ping
            ? EchoMessage(
                version: row.version, identifier: .random(in: 0...UInt16.max),
                sequence: UInt16(truncatingIfNeeded: number), payload: payload) : nil
        let port = row.protocol == .udp ? echoPort ?? row.target.port : row.target.port
        let opened = try ProbeSocket.open(for: row, port: port)
        (socket, isConnecting) = (opened.socket, row.protocol == .tcp)
        if let refusal = opened.refusal {
            if row.protocol == .tcp && refusal == .connectionRefused { noteAnswer() } else { state = .lost(refusal) }
        } else if row.protocol != .tcp, let refusal = socket.send(echo?.request ?? payload) {
            state = .lost(refusal)
        }
    }

    /// Sends a datagram once more, by the same socket: it takes the same way.
    mutating func sendAgain() {
        tries += 1
        sentAt = Clock.now
        _ = socket.send(payload)
    }

    var isWaiting: Bool { if case .waiting = state { true } else { false } }

    mutating func giveUp() { state = .lost(nil) }

    mutating func withdraw() { state = .withdrawn }

    /// A container may be flooded; then a few packets at a time are looked at.
    private static let mostPackets = 32

    /// Looks at what the kernel has for it.
    mutating func check() {
        if row.protocol == .tcp { return checkConnection() }
        for _ in 0..<Self.mostPackets {
            switch socket.receive() {
            case .nothing: return
            case .failure(let errno):
                if row.protocol == .udp && errno == .connectionRefused { return noteAnswer() }
            case .bytes(let packet):
                if let echo {
                    if echo.isReply(packet) { return noteAnswer() }
                } else if isLimited || packet.elementsEqual(payload) {
                    return noteAnswer()
                }
            }
        }
    }

    private mutating func checkConnection() {
        let error = socket.connectionError
        let isAnswer = error == nil || error == .connectionRefused || error == .connectionReset
        if !isAnswer { state = .lost(error) } else if socket.hasRetransmitted { giveUp() } else { noteAnswer() }
    }

    private mutating func noteAnswer() { state = .answered(Clock.now - sentAt) }
}
