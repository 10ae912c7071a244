// The chained CNI plugin: reads a request, makes the container's network safe, prints the result or an error.
import CNI
import JSON
import LinuxSystem

CrashReport.install(
    on: .output, before: "{\"cniVersion\":\"1.1.0\",\"code\":102,\"msg\":\"evenkeel crashed at ",
    after: "\",\"details\":\"this is a defect of evenkeel; please report it with the address\"}\n", status: 1)

exitProcess(run())

/// The exit status; results and errors both go to standard output, as the specification asks.
func run() -> Int32 {
    do throws(CNIError) { return answer(try readRequest()) } catch { return fail(error, Log()) }
}

func answer(_ request: Request) -> Int32 {
    let plugin = Plugin(request)
    do throws(CNIError) {
        if let result = try plugin.answer() { try print(result) }
        return 0
    } catch { return fail(error.answering(request.version), plugin.log) }
}

func fail(_ error: CNIError, _ log: borrowing Log) -> Int32 {
    log.write(error)
    // Should standard output be gone as well, the exit status still says it.
    do { try print(error.json) } catch {}
    return 1
}

func print(_ result: JSON) throws(CNIError) {
    do { try FileDescriptor.writeStandardOutput(result.text() + "\n") } catch {
        throw CNIError(.inputOutput, error.description, details: "the runtime reads results from standard output")
    }
}

func readRequest() throws(CNIError) -> Request {
    // A runtime always sets it; so most runs need not ask.
    if Environment.variable("CNI_COMMAND") == nil && Terminal.isStandardInput {
        throw CNIError(
            .invalidEnvironment, "this program is a CNI plugin: a container runtime runs it",
            details: "chain it: put {\"type\": \"evenkeel\"} behind the other plugins in a network's configuration list"
        )
    }
    // A request is a few kilobytes; a hundred times as much is somebody's mistake.
    let inputLimit = 1 << 20
    let text: [UInt8]
    do { text = try FileDescriptor.readStandardInput(limit: inputLimit) } catch {
        throw CNIError(
            error.errno == .tooBig ? .decoding : .inputOutput, "the network configuration cannot be read",
            details: error.description)
    }
    return try Request(variable: Environment.variable, configuration: text)
}
