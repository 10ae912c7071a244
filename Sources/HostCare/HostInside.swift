import Keel
package import LinuxSystem

extension Host {
    /// Runs `body` in another network namespace on the calling thread and comes back. Not for use in a user namespace, where
    /// the kernel refuses the way back.
    package func inside<Value>(
        _ namespace: borrowing NetworkNamespace, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try namespace.run(returningTo: home, body)
    }
}
