// The OCI hook: reads the container's state, makes its network safe, and lets the container start.
import Discovery
import Keel
import LinuxSystem
import OCI

let host = EngineContainer.prepareProcess()
Hardening.giveUpPrivileges()

exitProcess(OwnProcess.isAskedForVersion ? sayVersion() : run(host))

/// `evenkeel-hook --version`.
func sayVersion() -> Int32 {
    do { try FileDescriptor.writeStandardOutput("evenkeel-hook \(Product.version)\n") } catch { return 1 }
    return 0
}

/// Returns the exit status. Anything but 0 prevents the container's start.
func run(_ host: Result<HostPolicy, PolicyError>) -> Int32 {
    let advice = "this program is an OCI hook: a container runtime runs it, and passes the container's state to it"
    if Terminal.isStandardInput { return refuse(advice, 64) }
    // Runtimes write a few kilobytes; annotations may add some.
    let inputLimit = 1 << 20
    let text: [UInt8]
    do { text = try FileDescriptor.readStandardInput(limit: inputLimit) } catch {
        return refuse("\(error.description); \(advice)", error.errno == .tooBig ? 1 : EngineContainer.crashStatus())
    }
    FileDescriptor.closeStandardInput()
    do { return attend(try ContainerState(parsing: text), host) } catch { return refuse(error.description) }
}

/// Says why nothing can be done for a container that is not known, and returns the exit status.
func refuse(_ reason: String, _ status: Int32 = 1) -> Int32 {
    ContainerLog("evenkeel-hook", container: "").write(status == 0 ? .warning : .error, reason)
    return status
}

func attend(_ state: ContainerState, _ host: Result<HostPolicy, PolicyError>) -> Int32 {
    let name = { Names.ofStarting(id: state.id, pid: state.pid, annotations: state.annotations) }
    let journal = ContainerLog("evenkeel-hook", container: state.id, name: name)
    // poststop: its network is gone, and its leftovers on the host go, too. Nothing may keep the container from ending.
    if state.status == "stopped" {
        CrashReport.end(with: 0)
        collectGarbage(journal)
        return 0
    }
    // Process 1 is the host's, and 0 means no process.
    guard state.pid > 1 else {
        let trouble = state.pid == 1 ? "names process 1" : "has no process"
        journal.write(
            .error,
            "its state \(trouble), as at the stages that run inside the container: use createRuntime, prestart or poststart"
        )
        return 1
    }
    return EngineContainer(pid: state.pid, annotations: state.annotations, host: host).makeSafe(journal) ? 0 : 1
}

func collectGarbage(_ journal: borrowing ContainerLog) {
    do throws(KernelError) {
        var host = try Host()
        let report = host.collectGarbage(namespaces: [], Policy())
        for line in report.lines { journal.write(.info, line) }
        for failure in report.failures { journal.write(.warning, failure.description) }
    } catch { journal.write(.warning, error.description) }
}
