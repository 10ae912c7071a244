import JSON
import LinuxSystem
import OCI

/// The file in which an engine looks for errors: `--log` and `--log-format`. Engines show the last error in it.
struct RuntimeLogFile {
    private let path: String?
    private let isJSON: Bool

    init(_ invocation: RuntimeInvocation) {
        path = invocation.log
        isJSON = invocation.isLogJSON
    }

    func write(error: String) {
        guard let path else { return }
        let text = JSON.string("evenkeel-runtime: \(error)").text()
        let time = Timestamp.now()
        let line =
            isJSON
            ? "{\"level\":\"error\",\"msg\":\(text),\"time\":\"\(time)\"}\n"
            : "time=\"\(time)\" level=error msg=\(text)\n"
        do { try FileDescriptor(appendingTo: path).write(line, name: path) } catch {}
    }
}
