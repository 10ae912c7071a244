// The OCI hook: reads the container's state, makes its network safe, and lets the container start.
import JSON
import Keel
import LinuxSystem
import OCI

CrashReport.install(
    on: .error, before: "evenkeel: crashed at ",
    after: "; this is a defect of evenkeel: please report it with the address\n", status: 1)

/// Runtimes write a few kilobytes; annotations may add some.
let inputLimit = 1 << 20

exitProcess(run())

/// The exit status; anything but 0 keeps the container from starting.
func run() -> Int32 {
    do throws(HookError) {
        let state = try readState()
        if try isSkipped(state) { return 0 }
        let policy = try policy(of: state)
        do throws(HookError) { try guardContainer(state, policy) } catch {
            guard policy.onError == .warn, error.isKernelRefusal else { throw error }
            say("\(error.description); the container starts all the same (onError is \"warn\")")
        }
        return 0
    } catch {
        say(error.description)
        return 1
    }
}

func say(_ line: String) { FileDescriptor.writeStandardError("evenkeel: \(line)\n") }
