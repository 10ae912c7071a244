import ContainerRuntimes
import Diagnosis
import LinuxSystem

/// A look at the whole host, before anything is installed. It changes nothing: no program is run, no module is loaded, and what is
/// tried is tried in a network namespace of its own.
package struct SystemCheck {
    package let rows: [CheckRow]
    package var verdict: CheckVerdict { CheckVerdict(rows) }
    /// The engines that were found.
    package let engines: [FoundEngine]

    package static func carryOut() -> SystemCheck {
        let kernel = KernelFacts.observe()
        let runtimes = ContainerRuntime.installed()
        var hooks: HookInstallation?
        do throws(KernelError) { hooks = try .observe() } catch {}
        let engines = FoundEngine.installed(runtimes, hooks)
        let rows =
            kernel.rows + Privileges.observe().rows + SystemFacts.observe().rows + engines.rows
            + runtimes.map { lists(of: $0).row } + Firewalls.observe(kernel).rows
            + [InstalledParts.observe(runtimes, hooks).row]
        return SystemCheck(rows: rows, engines: engines)
    }

    private static func lists(of runtime: ContainerRuntime) -> ObservedLists {
        do throws(KernelError) { return ObservedLists(runtime, try runtime.lists()) } catch {
            return ObservedLists(runtime, [], fault: error.description)
        }
    }
}
