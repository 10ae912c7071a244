import LinuxSystem
import Netlink

// Pure judgement of what is known of a kernel.

extension KernelFacts {
    package var rows: [CheckRow] {
        [release, namespaces] + rules + [ipv6, filter, nftables, tables, tracking] + [strictness].compactMap { $0 }
    }

    private func row(
        _ what: String, _ mark: CheckRow.Mark, _ found: String, so consequence: String? = nil, isNeeded: Bool = false
    ) -> CheckRow {
        CheckRow(.kernel, what, mark, found, so: consequence, isNeeded: isNeeded)
    }

    private var release: CheckRow {
        guard let name, let release = KernelRelease(name.release) else {
            return row("release", .unknown, "the kernel does not tell it")
        }
        let found = "Linux \(name.release), \(name.machine)"
        if release < KernelRelease(5, 4) {
            return row("release", .limited, found, so: "Evenkeel was tried on Linux 5.4 and later")
        }
        if release < KernelRelease(5, 10) {
            return row(
                "release", .limited, found,
                so: "from 5.10 on `invalid.mode` \"input\" also spares the host's own connections that end")
        }
        return row("release", .ok, found)
    }

    private var namespaces: CheckRow {
        hasNamespaces
            ? row("network namespaces", .ok, "there")
            : row(
                "network namespaces", .missing, "/proc/self/ns/net is not there",
                so: "containers have no network of their own (CONFIG_NET_NS), or /proc is not mounted", isNeeded: true)
    }

    private var rules: [CheckRow] {
        (hasIPv6 ? [.v4, .v6] : [IPVersion.v4]).map { version in
            let what = "policy rules, \(version)"
            let consequence =
                "a container on several networks cannot keep their default routes in tables of their own "
                + "(CONFIG_IP_MULTIPLE_TABLES, CONFIG_IPV6_MULTIPLE_TABLES)"
            if let trial {
                guard let refusal = trial.refusedRules[version] else {
                    return row(what, .ok, "tried, with all that they ask for")
                }
                return row(what, .missing, refusal, so: consequence, isNeeded: true)
            }
            switch listsRules {
            case true?: return row(what, .ok, "the host's can be listed; ours were not tried")
            case false?: return row(what, .missing, "the kernel has none", so: consequence, isNeeded: true)
            case nil: return row(what, .unknown, "they could not be listed")
            }
        }
    }

    private var ipv6: CheckRow {
        guard hasIPv6 else { return row("IPv6", .ok, "not in this kernel", so: "IPv4 alone is looked after") }
        if disablesIPv6 {
            return row("IPv6", .ok, "disabled on the host", so: "containers may have it all the same")
        }
        guard ranksRouters else {
            return row(
                "IPv6", .limited, "without ra_defrtr_metric, which Linux 5.12 has",
                so: "default routes that routers advertise on several networks keep competing")
        }
        return row("IPv6", .ok, "there, with ra_defrtr_metric")
    }

    private var filter: CheckRow {
        let what = "sysctls of a namespace"
        guard let trial else {
            return row(what, .unknown, "rp_filter was not tried: \(untried ?? "nothing was")")
        }
        guard let refusal = trial.refusedFilter else { return row(what, .ok, "rp_filter was set and read") }
        return row(
            what, .limited, refusal,
            so: "the reverse path filter cannot be loosened from here; engines that run elsewhere may do it")
    }

    private var nftables: CheckRow {
        let consequence =
            "INVALID segments cannot be dropped. With `{\"invalid\": {\"mode\": \"keep\"}}` in the policy all the rest "
            + "works; without it the CNI plugin refuses attachments and the hook warns"
        if let refusals = trial?.refusedTables {
            let isThere = !refusals.contains { $0.contains("no nf_tables") || $0.contains("open nftables' netlink") }
            return isThere
                ? row("nf_tables", .ok, "there") : row("nf_tables", .missing, refusals[0], so: consequence)
        }
        switch modules.state(of: ["nfnetlink", "nf_tables"]) {
        case .loaded: return row("nf_tables", .ok, "loaded")
        case .builtIn: return row("nf_tables", .ok, "built in")
        case .loadable: return row("nf_tables", .ok, "not loaded; the kernel loads it when it is needed")
        case .absent: return row("nf_tables", .missing, "not among this kernel's modules", so: consequence)
        case .unknown: return row("nf_tables", .unknown, unlisted)
        }
    }

    private var unlisted: String { "this kernel's modules are not listed here, and nothing was tried" }

    /// The rules themselves: connection tracking, the route of a sender, a set that rules fill.
    private var tables: CheckRow {
        let what = "rules for INVALID"
        if let refusals = trial?.refusedTables {
            guard let first = refusals.first else { return row(what, .ok, "tried: the kernel accepted them") }
            return row(
                what, .missing, first,
                so: "INVALID segments are dropped in part or not at all; `evenkeel host apply` will say the same")
        }
        let needed = KernelTrial.modules
        switch modules.state(of: needed) {
        case .loaded, .builtIn: return row(what, .ok, "their modules are there; they were not tried")
        case .loadable: return row(what, .ok, "their modules can be loaded; they were not tried, since that loads them")
        case .absent:
            let absent = needed.filter { modules.state(of: $0) == .absent }.joined(separator: ", ")
            return row(
                what, .missing, "not among this kernel's modules: \(absent)",
                so: "install the kernel's further modules, or set `invalid.mode` to \"keep\" in the policy")
        case .unknown: return row(what, .unknown, unlisted)
        }
    }

    private var tracking: CheckRow {
        let what = "connection tracking"
        guard let conntrack else {
            switch modules.state(of: "nf_conntrack") {
            case .absent:
                return row(
                    what, .missing, "not among this kernel's modules",
                    so: "nothing is translated on this host, so engines publish no ports")
            case .unknown: return row(what, .unknown, "not in use now; \(unlisted)")
            default: return row(what, .ok, "not in use now", so: "its size is set once something is translated")
            }
        }
        let found =
            conntrack.max > 0 ? "\(conntrack.entries) of \(conntrack.max) entries" : "\(conntrack.entries) entries"
        return row(what, .ok, found)
    }

    /// Nil if nothing was tried.
    private var strictness: CheckRow? {
        guard let trial else { return nil }
        return trial.filtersDumps
            ? row("lists by request", .ok, "the kernel filters what it lists")
            : row(
                "lists by request", .limited, "the kernel lists everything, as before Linux 4.20",
                so: "with thousands of routes a container's start takes milliseconds longer")
    }
}
