// An OCI runtime that makes a container's network safe before its process runs, and then executes the real runtime. For engines
// that set the network up after their hooks.
import Discovery
import JSON
import Keel
import LinuxSystem
import OCI

exitProcess(run())

/// Returns the exit status if the real runtime could not be executed, or must not be.
func run() -> Int32 {
    let arguments = OwnProcess.arguments
    // The real runtime answers `--version`: containerd reads its first line, and its third must be the last.
    if arguments.count == 2 && arguments[1] == "--evenkeel-version" {
        do { try FileDescriptor.writeStandardOutput("evenkeel-runtime \(Product.version)\n") } catch { return 1 }
        return 0
    }
    let invocation = RuntimeInvocation(Array(arguments.dropFirst()))
    let log = RuntimeLogFile(invocation)
    let runtime: String
    do throws(RuntimeError) { runtime = try RealRuntime.find(calledAs: arguments.first ?? "") } catch {
        return refuse(error.description, log)
    }
    if invocation.command == "start", let id = invocation.id, isContainerID(id) {
        guard mayStart(id, invocation, runtime, log) else { return 1 }
    }
    let error = OwnProcess.execute(runtime)
    return refuse("\(error.description); install that runtime, or name another in \(RealRuntime.place)", log)
}

/// Runs in a process of its own: the namespaces it enters and its crashes must not reach the real runtime.
func mayStart(_ id: String, _ invocation: RuntimeInvocation, _ runtime: String, _ log: RuntimeLogFile) -> Bool {
    // 1: crashed, the policy decided. 2: refused, already reported.
    let (passed, refused) = (Int32(0), Int32(2))
    let trouble: String
    do throws(KernelError) {
        let status = try OwnProcess.inChild {
            // The real runtime reads it, this child does not.
            FileDescriptor.closeStandardInput()
            let host = EngineContainer.prepareProcess()
            return attend(id, invocation, runtime, host, log) ? passed : refused
        }
        if status == passed { return true }
        if status == refused { return false }
        if status == 1 {
            _ = refuse("the network of container \(id) could not be made safe: evenkeel crashed or took too long", log)
            return false
        }
        trouble = "the process that makes the network of container \(id) safe was ended with status \(status)"
    } catch { trouble = error.description }
    _ = refuse(trouble, log)
    return EngineContainer.crashStatus() == 0
}

func attend(
    _ id: String, _ invocation: RuntimeInvocation, _ runtime: String, _ host: Result<HostPolicy, PolicyError>,
    _ log: RuntimeLogFile
) -> Bool {
    var (pid, annotations) = (Int32(0), [JSON.Member]())
    let journal = ContainerLog(
        "evenkeel-runtime", container: id,
        name: { Names.ofStarting(id: id, pid: pid, annotations: annotations) }, onStandardErrorFrom: .warning
    ) { log.write(error: $0) }
    let state: RuntimeState
    let configuration: [UInt8]
    do throws(KernelError) {
        guard let found = try StateFolder(invocation, runtime).state(of: id) else {
            // The real runtime explains better what is wrong with a container that it does not know.
            return mayStartUnseen("its state was not found", .notice, journal)
        }
        state = found
        pid = found.pid
        configuration = try Bundle.configuration(in: state.bundle)
    } catch { return mayStartUnseen(error.description, .warning, journal) }
    do throws(StateError) { annotations = try Bundle.annotations(in: configuration) } catch {
        journal.write(.error, error.description)
        return false
    }
    return EngineContainer(
        pid: state.pid, startTime: state.startTime, annotations: annotations, isStarting: true, host: host
    ).makeSafe(journal)
}

/// The host's policy decides about a container that could not be looked at. Only a refusal is an error.
func mayStartUnseen(_ reason: String, _ severity: SystemLog.Severity, _ journal: borrowing ContainerLog) -> Bool {
    let mayStart = EngineContainer.crashStatus() == 0
    journal.write(mayStart ? severity : .error, "\(reason), so its network was not looked at")
    return mayStart
}

/// Prints the reason to standard error, and to the file in which engines look for it.
func refuse(_ reason: String, _ log: RuntimeLogFile) -> Int32 {
    BrokenPipes.ignore()
    FileDescriptor.writeStandardError("evenkeel-runtime: \(reason)\n")
    log.write(error: reason)
    return 1
}
