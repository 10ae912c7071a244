import LinuxSystem

/// The network namespaces in which processes live.
enum InhabitedNamespaces {
    /// Of all processes that there are. Costs one `stat(2)` a process.
    static func all() -> Set<NetworkNamespace.Identity> {
        var names: [String] = []
        do throws(KernelError) { names = try Directory.names(in: "/proc") } catch { return [] }
        var found: Set<NetworkNamespace.Identity> = []
        for name in names {
            guard let first = name.utf8.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else { continue }
            do throws(KernelError) { found.insert(try NetworkNamespace.identity(ofFile: "/proc/\(name)/ns/net")) } catch
            {
                // It has ended, or this user may not look.
                continue
            }
        }
        return found
    }
}
