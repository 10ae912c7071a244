// The chained CNI plugin: reads a request, makes the container's network safe, prints the result or an error.
import CNI
import JSON
import LinuxSystem

CrashReport.install(
    on: .output, before: "{\"cniVersion\":\"1.1.0\",\"code\":102,\"msg\":\"evenkeel crashed at ",
    after: "\",\"details\":\"this is a defect of evenkeel ", end: "; please report it with the address\"}\n", status: 1)
CrashReport.withoutMemory(
    "{\"cniVersion\":\"1.1.0\",\"code\":11,\"msg\":\"evenkeel: there is not enough memory\",\"details\":\"try again later\"}\n"
)
Hardening.giveUpPrivileges()

exitProcess(saysWhatItIs() ? 0 : run())

/// Returns the exit status. Results and errors both go to standard output, as the specification wants.
func run() -> Int32 {
    do throws(CNIError) { return answer(try readRequest()) } catch { return fail(error, PluginLog()) }
}

/// Tells a person what this is, as the plugins of the CNI project do: a runtime always sets CNI_COMMAND. If another of the
/// variables is set, a runtime forgot it, and gets the error.
func saysWhatItIs() -> Bool {
    let variables = ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]
    guard variables.allSatisfy({ Environment.variable($0) == nil }) else { return false }
    let text =
        "CNI evenkeel plugin v\(Product.version)\nCNI protocol versions supported: "
        + "\(Version.supported.joined(separator: ", "))\n"
    guard OwnProcess.isAskedForVersion else {
        FileDescriptor.writeStandardError(text)
        FileDescriptor.writeStandardError(
            "A container runtime runs it: put {\"type\": \"evenkeel\"} behind the other plugins of a network's list.\n")
        return true
    }
    do { try FileDescriptor.writeStandardOutput(text) } catch {}
    return true
}

func answer(_ request: Request) -> Int32 {
    let plugin = Plugin(request)
    do throws(CNIError) {
        if let result = try plugin.answer() { try print(result) }
        return 0
    } catch { return fail(error.answering(request.version), plugin.log) }
}

func fail(_ error: CNIError, _ log: borrowing PluginLog) -> Int32 {
    log.write(error)
    // If standard output is closed as well, the exit status still reports it.
    do { try print(error.json) } catch {}
    return 1
}

func print(_ result: JSON) throws(CNIError) {
    do { try FileDescriptor.writeStandardOutput(result.text() + "\n") } catch {
        throw CNIError(.inputOutput, error.description, details: "the runtime reads results from standard output")
    }
}

func readRequest() throws(CNIError) -> Request {
    // A request has a few kilobytes; a hundred times as much is a mistake.
    let inputLimit = 1 << 20
    let text: [UInt8]
    do { text = try FileDescriptor.readStandardInput(limit: inputLimit) } catch {
        throw CNIError(
            error.errno == .tooBig ? .decoding : .inputOutput, "the network configuration cannot be read",
            details: error.description)
    }
    return try Request(variable: Environment.variable, configuration: text)
}
