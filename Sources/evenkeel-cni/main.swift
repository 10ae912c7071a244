// The chained CNI plugin: reads a request, makes the container's network safe, prints the result or an error.
import CNI
import JSON
import LinuxSystem

CrashReport.install(
    on: .output, before: "{\"cniVersion\":\"1.0.0\",\"code\":102,\"msg\":\"evenkeel crashed at ",
    after: "\",\"details\":\"this is a defect of evenkeel; please report it with the address\"}\n", status: 1)

exitProcess(run())

/// The exit status; results and errors both go to standard output, as the specification asks.
func run() -> Int32 {
    do throws(CNIError) {
        let request = try readRequest()
        do throws(CNIError) {
            if let result = try answer(request) { try print(result) }
        } catch { throw error.answering(request.version) }
        return 0
    } catch {
        say(error.details.isEmpty ? error.message : "\(error.message): \(error.details)")
        // Should standard output be gone as well, the exit status still says it.
        do { try print(error.json) } catch {}
        return 1
    }
}

func print(_ result: JSON) throws(CNIError) {
    do { try FileDescriptor.writeStandardOutput(result.text() + "\n") } catch {
        throw CNIError(.inputOutput, error.description)
    }
}
