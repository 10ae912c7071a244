// An OCI runtime that is another one, and makes a container's network safe before its process runs: for engines that set the
// network up after their hooks.
import JSON
import Keel
import LinuxSystem
import OCI

exitProcess(run())

/// The exit status where the real runtime could not be executed, or must not be.
func run() -> Int32 {
    let arguments = OwnProcess.arguments
    let invocation = RuntimeInvocation(Array(arguments.dropFirst()))
    let runtime: String
    do throws(RuntimeError) { runtime = try RealRuntime.find(calledAs: arguments.first ?? "") } catch {
        return refuse(invocation, error.description)
    }
    if invocation.command == "start", let id = invocation.id, isContainerID(id) {
        guard mayStart(id, invocation, runtime) else {
            return refuse(invocation, "the network of container \(id) could not be made safe; the log tells why")
        }
    }
    let error = OwnProcess.execute(runtime)
    return refuse(invocation, "\(error.description); install that runtime, or name another in \(RealRuntime.place)")
}

/// In a process of its own: what it enters or breaks must not reach the real runtime.
func mayStart(_ id: String, _ invocation: RuntimeInvocation, _ runtime: String) -> Bool {
    do throws(KernelError) {
        return try OwnProcess.inChild {
            CrashReport.install(
                on: .error, before: "evenkeel: crashed at ",
                after: "; this is a defect of evenkeel: please report it with the address\n", status: 0)
            CrashReport.limit(seconds: 20, "evenkeel: gave up after 20 seconds\n")
            return attend(id, invocation, runtime) ? 0 : 1
        } != 1
    } catch {
        FileDescriptor.writeStandardError("evenkeel: \(error.description)\n")
        return true
    }
}

func attend(_ id: String, _ invocation: RuntimeInvocation, _ runtime: String) -> Bool {
    let journal = Journal("evenkeel-runtime", container: id)
    // The real runtime will say better what is wrong with a container that it does not know.
    guard let state = StateFolder(invocation, runtime).state(of: id) else {
        journal.write(.notice, "its state was not found, so its network was not looked at")
        return true
    }
    let annotations: [JSON.Member]
    do throws(StateError) { annotations = try Bundle.annotations(in: state.bundle) } catch {
        journal.write(.error, error.description)
        return false
    }
    return EngineContainer(pid: state.pid, startTime: state.startTime, annotations: annotations).makeSafe(journal)
}

/// Says why on standard error, and in the file in which engines look for it.
func refuse(_ invocation: RuntimeInvocation, _ reason: String) -> Int32 {
    FileDescriptor.writeStandardError("evenkeel-runtime: \(reason)\n")
    guard let log = invocation.log else { return 1 }
    let text = JSON.string("evenkeel-runtime: \(reason)").text()
    let time = Timestamp.now()
    let line =
        invocation.isLogJSON
        ? "{\"level\":\"error\",\"msg\":\(text),\"time\":\"\(time)\"}\n" : "time=\"\(time)\" level=error msg=\(text)\n"
    do { try FileDescriptor(appendingTo: log).write(line, name: log) } catch {}
    return 1
}
