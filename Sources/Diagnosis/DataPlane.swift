/// Data planes in eBPF, which take containers' packets past netfilter.
enum DataPlane {
    /// By which Cilium and Calico's are known.
    private static let names = ["cilium_host", "bpfin.cali"]

    /// Those of the calling thread's network namespace.
    static func interfaces() -> [String] {
        let text = HookInstallation.text(of: "/proc/thread-self/net/dev") ?? ""
        return text.split(separator: "\n").compactMap { line in
            let name = line.prefix { $0 != ":" }.filter { $0 != " " }
            return names.contains(name) ? name : nil
        }
    }
}
