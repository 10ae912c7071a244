package import LinuxSystem
package import Netlink

extension Container {
    /// Goes in for a look at what the remedies do not ask for, and comes back to the host.
    package mutating func look<Value>(
        from host: borrowing Host, _ body: (inout Socket) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try namespace.enter()
        defer { _ = host.returnHome() }
        return try body(&socket)
    }
}
