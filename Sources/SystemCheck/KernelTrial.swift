import HostCare
import Keel
package import LinuxSystem
package import Netlink

/// What the running kernel did in a network namespace of its own, which was gone a moment later. No module is loaded for it, and
/// nothing else on the host notices.
package struct KernelTrial: Hashable, Sendable {
    /// Why policy rules were refused, by the IP version; a version without an entry took them.
    package var refusedRules: [IPVersion: String] = [:]
    /// Why the reverse path filter could not be set.
    package var refusedFilter: String?
    /// Whether the kernel lists only what is asked for.
    package var filtersDumps = true
    /// Why the tables for INVALID segments were refused; empty if they were accepted, nil if they were not tried.
    package var refusedTables: [String]?

    package init() {}

    /// What the tables are made of.
    static let modules = [
        "nfnetlink", "nf_tables", "nf_conntrack", "nft_ct", "nft_fib", "nft_fib_ipv4", "nft_fib_ipv6",
    ]
    /// In kernels before 5.18 or so.
    static let optionalModules = ["nft_counter", "nft_dynset"]

    /// Tries what containers and the host need. The calling thread comes back to its namespace.
    ///
    /// - Throws: `EPERM` if this user may not make namespaces, or come back from one.
    package static func carryOut(_ versions: [IPVersion], tables: Bool) throws(KernelError) -> KernelTrial {
        try NetworkNamespace.current().leave { () throws(KernelError) in
            var trial = KernelTrial()
            var socket = try Socket(.route)
            trial.filtersDumps = socket.canFilterDumps()
            for version in versions { trial.refusedRules[version] = rules(version, &socket) }
            trial.refusedFilter = filter()
            if tables { trial.refusedTables = self.tables() }
            return trial
        }
    }

    private static func rules(_ version: IPVersion, _ socket: inout Socket) -> String? {
        do throws(KernelError) {
            // As in a container on several networks.
            var rule = PolicyRule(
                version, priority: Ours.rulePriority, table: Route.mainTable, protocol: Ours.routeProtocol)
            rule.suppressedPrefixLength = 0
            try socket.add(rule)
            rule.suppressedPrefixLength = nil
            rule.suppressedGroup = Ours.group
            try socket.add(rule)
            rule.suppressedGroup = nil
            rule.table = Ours.table(of: 1)
            rule.inputInterface = InterfaceName(text: "lo")
            try socket.add(rule)
            rule.inputInterface = nil
            rule.outputInterface = InterfaceName(text: "lo")
            try socket.add(rule)
            return try socket.rules().count { $0.protocol == Ours.routeProtocol && $0.version == version } == 4
                ? nil : "the kernel does not keep them"
        } catch { return error.description }
    }

    private static func filter() -> String? {
        do throws(KernelError) {
            let filter = Sysctl("net/ipv4/conf/lo/rp_filter")
            try filter.write(2)
            return try filter.read() == 2 ? nil : "the kernel does not keep it"
        } catch { return error.description }
    }

    /// Makes the tables as `evenkeel host apply` does where everything is translated.
    private static func tables() -> [String] {
        do throws(KernelError) {
            var policy = Policy()
            policy.invalid.place = .always
            policy.conntrack.max = .keep
            var run = HostRun(try Host(), policy)
            let state = run.observe()
            var plan = HostPlan()
            plan.invalid = run.plan(state).invalid
            guard run.failures.isEmpty else { return run.failures.map { $0.description } }
            guard !plan.invalid.isEmpty else { return ["nothing was to be done"] }
            return run.apply(plan).steps.compactMap { step in
                if case .failed(_, let error) = step { error.description } else { nil }
            }
        } catch { return [error.description] }
    }
}
