import Keel
public import LinuxSystem

// Others who set the table's size and timeouts. They are told of and not fought: whoever writes last wins, and both would go
// on for ever.

extension ConntrackSnapshot {
    /// Which files will undo the policy's sizes and timeouts when the host boots, and what to do about it, a sentence each.
    func conflicts(_ policy: Policy.Conntrack, _ boot: BootSettings) -> [String] {
        var conflicts: [String] = []
        if let wanted = wantedMax(policy.max), max > 0 {
            conflicts += bootConflicts(.conntrackMax, boot, present: max) {
                $0 < wanted ? "less than the policy's \(wanted)" : nil
            }
            conflicts += bootConflicts(.conntrackBuckets, boot, present: buckets) {
                let quarter = wantedBuckets(for: wanted)
                return $0 < quarter ? "less than the \(quarter) for the policy's \(wanted) entries" : nil
            }
        }
        conflicts += timeoutConflicts(.tcpEstablishedTimeout, boot, tcpEstablishedTimeout, policy.tcpEstablishedTimeout)
        conflicts += timeoutConflicts(.genericTimeout, boot, genericTimeout, policy.genericTimeout)
        return conflicts
    }

    /// What kube-proxy has set differently, and will again.
    func conflicts(_ policy: Policy.Conntrack, kubeProxy: Int32?) -> [String] {
        guard let kubeProxy else { return [] }
        var conflicts: [String] = []
        if let wanted = wantedMax(policy.max), max > 0, max < wanted {
            conflicts.append(
                "kube-proxy (process \(kubeProxy)) sets nf_conntrack_max, also downwards; let it keep its hands off with "
                    + "conntrack.maxPerCore: 0 in its configuration, or give it the size there and the policy \"max\": \"keep\""
            )
        }
        if let wanted = policy.tcpEstablishedTimeout, let present = tcpEstablishedTimeout, present != wanted {
            conflicts.append(
                "kube-proxy (process \(kubeProxy)) sets nf_conntrack_tcp_timeout_established; give it the policy's \(wanted) "
                    + "seconds as conntrack.tcpEstablishedTimeout in its configuration")
        }
        return conflicts
    }

    private func timeoutConflicts(_ sysctl: Sysctl, _ boot: BootSettings, _ present: Int?, _ wanted: Int?) -> [String] {
        guard let wanted, let present else { return [] }
        return bootConflicts(sysctl, boot, present: present) { $0 != wanted ? "and the policy says \(wanted)" : nil }
    }

    /// `objection` says what is wrong with a number, if anything is.
    private func bootConflicts(
        _ sysctl: Sysctl, _ boot: BootSettings, present: Int, _ objection: (Int) -> String?
    ) -> [String] {
        guard let setting = boot.setting(of: sysctl), let value = Int(setting.value) else { return [] }
        if let objection = objection(value) {
            let remedy =
                setting.path == PersistentSettings.sysctls
                ? "`evenkeel host apply --persist` writes it anew" : "change it there"
            return [
                "\(printable(setting.place)) sets \(sysctl.name) to \(value) when the host boots, \(objection): \(remedy)"
            ]
        }
        guard value != present, sysctl == .conntrackMax, value > present else { return [] }
        return [
            "\(printable(setting.place)) sets \(sysctl.name) to \(value), and it is \(present): either it was lowered since, or "
                + "nf_conntrack was loaded after the host's sysctls were set, so name it in a file in /etc/modules-load.d"
        ]
    }
}

/// Kubernetes' service proxy, which looks after the table's limit by itself.
public enum KubeProxy {
    /// Its process, or that of the program it is part of; nil if there is none.
    public static func process() throws(KernelError) -> Int32? {
        for name in try Directory.names(in: "/proc") {
            guard let id = Int32(name) else { continue }
            let path = "/proc/\(id)/comm"
            do {
                if try FileDescriptor.text(of: path, limit: 256) == "kube-proxy\n" { return id }
            } catch { continue }
        }
        return nil
    }
}
