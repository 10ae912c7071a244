import CMnl
package import LinuxSystem

// The kernel has queued a reply when sending returns, or the next part of a dump when the last was read. So nothing is waited for,
// as a rule, and a reply that is not there is lost.

extension Socket {
    /// How long a missing reply is waited for all the same, in milliseconds.
    private static let patience: Int32 = 500

    /// One datagram, valid until the next call. Nil if none is there and `waiting` is false.
    ///
    /// - Throws: `ENOBUFS` if the reply is lost, `ETIMEDOUT` once the budget is spent.
    @inline(never)
    package mutating func receiveDatagram(
        _ attempt: Attempt, waiting: Bool
    ) throws(KernelError) -> UnsafeRawBufferPointer? {
        while true {
            try budget.spend(on: attempt)
            let (count, sender) = Datagram.receive(from: mnl_socket_get_fd(socket), into: buffer)
            if count < 0 {
                if try isWorthAnotherTry(.current, attempt, waiting: waiting) { continue }
                return nil
            }
            // Once it is connected only the kernel can write to the socket.
            guard sender == 0 else { continue }
            guard count <= buffer.count else {
                throw KernelError(attempt.text, .messageSize, explanation: "the kernel's reply has \(count) bytes")
            }
            return UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
        }
    }

    /// Whether to receive again after that error; false if nothing is there and nobody waits.
    private func isWorthAnotherTry(_ errno: Errno, _ attempt: Attempt, waiting: Bool) throws(KernelError) -> Bool {
        switch errno {
        case .interrupted: return true
        case .again:
            if !waiting { return false }
            if Datagram.wait(for: mnl_socket_get_fd(socket), milliseconds: Self.patience) { return true }
        case .noBuffers: break
        default: throw KernelError(attempt.text, errno)
        }
        throw KernelError(attempt.text, .noBuffers, explanation: "the kernel's reply was lost")
    }

    /// Reads a dump to its end, since the kernel begins no other before, and drops what it says.
    @inline(never)
    mutating func drain(_ attempt: Attempt) throws(KernelError) {
        while true {
            do throws(KernelError) {
                if try receiveDatagram(attempt, waiting: false) == nil { return }
            } catch { if error.errno != .noBuffers { throw error } }
        }
    }
}
