import Diagnosis
import Discovery
import Keel
import LinuxSystem

extension Doctor {
    /// Looks repeatedly and prints changes, until it is interrupted or the named namespace or process is gone.
    ///
    /// Returns the exit status.
    func watch(every seconds: Int) throws(Failure) -> Int32 {
        let named = try NamedNamespace(netns: selection.netns, pid: selection.pid)
        var last = try look()
        try sayFirst(last)
        if named.farewell != nil { return last.status }
        while true {
            OwnProcess.sleep(milliseconds: UInt32(seconds) * 1000)
            let report = try look(isAgain: true)
            // After the look: if the named one is gone, the look may have seen another with the same path or id.
            if let farewell = named.farewell {
                try sayLast(farewell)
                return 0
            }
            let update = DoctorUpdate(from: last, to: report)
            if !update.isEmpty { try say(update) }
            last = report
        }
    }

    private func sayFirst(_ report: DoctorReport) throws(Failure) {
        let time = Timestamp.now()
        if json {
            return try report.answer(at: time, new: report.findings).write(pretty: false)
        }
        let paint = Paint.ofOutput
        try write("\(time)\n\(text(report, paint))\n", isPainted: paint.isColoured)
    }

    private func say(_ update: DoctorUpdate) throws(Failure) {
        let time = Timestamp.now()
        let (report, changes) = (update.report, update.changes)
        if json { return try report.answer(at: time, new: changes.new, gone: changes.gone).write(pretty: false) }
        let paint = Paint.ofOutput
        try write("\(time)\n\(update.text(paint))", isPainted: paint.isColoured)
    }

    private func sayLast(_ farewell: String) throws(Failure) {
        let time = Timestamp.now()
        if json { return try DoctorReport.answer(failure: farewell, at: time).write(pretty: false) }
        try write("\(time)\n\(farewell)\n")
    }
}

/// The namespace or process that `--netns` or `--pid` named when the watch began.
private struct NamedNamespace: ~Copyable {
    private let path: String?
    /// Held open, since another process may get its id.
    private let process: ProcessHandle?

    init(netns: String?, pid: Int32?) throws(Failure) {
        path = netns
        guard let pid else {
            process = nil
            return
        }
        do { process = try ProcessHandle(pid) } catch { throw Failure(error) }
    }

    /// A sentence saying that it is gone; nil while it exists, or if nothing was named.
    var farewell: String? {
        if let path, Self.hasGone({ () throws(KernelError) in _ = try NetworkNamespace(path: path) }) {
            return "\(printable(path)) has gone"
        }
        switch process {
        case .some(let process):
            let hasGone = Self.hasGone { () throws(KernelError) in _ = try process.networkNamespace() }
            return hasGone ? "process \(process.id) has ended" : nil
        case nil: return nil
        }
    }

    private static func hasGone(_ open: () throws(KernelError) -> Void) -> Bool {
        do { try open() } catch { return [.noEntry, .noSuchProcess, .invalid].contains(error.errno) }
        return false
    }
}
