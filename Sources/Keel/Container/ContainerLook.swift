package import LinuxSystem
package import Netlink

extension Container {
    /// Reads what the remedies do not need: enters the namespace, runs `body`, and returns to the host.
    package mutating func look<Value>(
        from host: borrowing Host, _ body: (inout Socket) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try namespace.enter()
        defer { _ = host.returnHome() }
        return try body(&socket)
    }
}
