import Keel
public import LinuxSystem

// Others who set the table's size and timeouts. They are reported and not fought: the last writer wins, so two would take turns
// for ever.

extension ConntrackSnapshot {
    /// The files that will undo the policy's sizes and timeouts when the host boots: a sentence each, with its remedy.
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

    /// The values that kube-proxy has set differently and will set again: a sentence each, with its remedy.
    func conflicts(_ policy: Policy.Conntrack, kubeProxy: Int32?) -> [String] {
        guard let kubeProxy else { return [] }
        var conflicts: [String] = []
        if let wanted = wantedMax(policy.max), max > 0, max < wanted {
            conflicts.append(
                "kube-proxy (process \(kubeProxy)) sets nf_conntrack_max, also downwards; set conntrack.maxPerCore to 0 in "
                    + "its configuration, or set the size there and \"max\": \"keep\" in the policy"
            )
        }
        if let wanted = policy.tcpEstablishedTimeout, let present = tcpEstablishedTimeout, present != wanted {
            conflicts.append(
                "kube-proxy (process \(kubeProxy)) sets nf_conntrack_tcp_timeout_established; set "
                    + "conntrack.tcpEstablishedTimeout in its configuration to the policy's \(wanted) seconds")
        }
        return conflicts
    }

    private func timeoutConflicts(_ sysctl: Sysctl, _ boot: BootSettings, _ present: Int?, _ wanted: Int?) -> [String] {
        guard let wanted, let present else { return [] }
        return bootConflicts(sysctl, boot, present: present) { $0 != wanted ? "and the policy says \(wanted)" : nil }
    }

    /// `objection` returns what is wrong with a number, or nil.
    private func bootConflicts(
        _ sysctl: Sysctl, _ boot: BootSettings, present: Int, _ objection: (Int) -> String?
    ) -> [String] {
        guard let setting = boot.setting(of: sysctl), let value = Int(setting.value) else { return [] }
        if let objection = objection(value) {
            let remedy =
                setting.path == PersistentSettings.sysctls
                ? "write it anew with `evenkeel host apply --persist`" : "change it there"
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

/// Kubernetes' service proxy, which sets the table's limit itself.
public enum KubeProxy {
    /// The id of root's process that runs `kube-proxy`; nil if there is none.
    public static func process() throws(KernelError) -> Int32? {
        for name in try Directory.names(in: "/proc") {
            guard let id = Int32(name) else { continue }
            let path = "/proc/\(id)/comm"
            do {
                // The name first, which costs less to read and mostly is another.
                if try FileDescriptor.text(of: path, limit: 256) == "kube-proxy\n",
                    ProcessOrigin.isRoots(id, program: "kube-proxy")
                {
                    return id
                }
            } catch { continue }
        }
        return nil
    }
}
