import HostCare
import LinuxSystem
package import LinuxTools
import Netlink

/// What is known of the running kernel.
package struct KernelFacts: Sendable {
    package var name: KernelName?
    package var hasNamespaces = true
    package var modules: KernelModules
    /// Whether the kernel has IPv6.
    package var hasIPv6 = true
    /// `net.ipv6.conf.all.disable_ipv6`
    package var disablesIPv6 = false
    /// `net.ipv6.conf.default.ra_defrtr_metric` is there.
    package var ranksRouters = true
    /// Whether the host's own policy rules could be listed; nil if not.
    package var listsRules: Bool?
    package var trial: KernelTrial?
    /// Why nothing was tried.
    package var untried: String?
    /// The connection tracking table; nil while it is not there.
    package var conntrack: ConntrackFacts?

    package struct ConntrackFacts: Hashable, Sendable {
        package var entries: Int
        package var max: Int
    }

    package init(modules: KernelModules) { self.modules = modules }

    package static func observe() -> KernelFacts {
        let name = KernelName.running
        var facts = KernelFacts(modules: KernelModules(release: name?.release ?? ""))
        facts.name = name
        facts.hasNamespaces = FileStatus.exists("/proc/self/ns/net")
        facts.hasIPv6 = FileStatus.exists("/proc/sys/net/ipv6")
        facts.ranksRouters = FileStatus.exists("/proc/sys/net/ipv6/conf/default/ra_defrtr_metric")
        do throws(KernelError) {
            facts.disablesIPv6 = try Sysctl("net/ipv6/conf/all/disable_ipv6").readIfPresent() == 1
            facts.conntrack = try ConntrackSnapshot.observe().map { .init(entries: $0.entries, max: $0.max) }
        } catch {}
        do throws(KernelError) {
            var socket = try Socket(.route)
            facts.listsRules = try !socket.rules().isEmpty
        } catch { facts.listsRules = [.notSupported].contains(error.errno) ? false : nil }
        facts.tryOut()
        return facts
    }

    private mutating func tryOut() {
        let tables = modules.areAskedForWithoutLoading(KernelTrial.modules, optional: KernelTrial.optionalModules)
        do throws(KernelError) {
            trial = try KernelTrial.carryOut(hasIPv6 ? [.v4, .v6] : [.v4], tables: tables)
        } catch { untried = error.description }
    }
}
