import CLinux

/// What a program that starts no other, and works in network namespaces alone, gives up at its start.
///
/// A seccomp filter is not part of it: the kernel takes 50 µs and more to load one, where all of this takes 3, and longer for
/// every later call.
public enum Hardening {
    /// Gives up, for good, new privileges by execution and the capabilities that are not needed, `capabilities(7)`. A process that
    /// lacks some, as in a user namespace, keeps of the needed ones those it has.
    ///
    /// Never before another program is executed: that would inherit it.
    public static func giveUpPrivileges() { linux_give_up_privileges() }
}
