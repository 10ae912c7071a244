// What a pod does on a cluster's node: puts the programs there, guards the CNI lists, and starts and probes the watcher.
import ConfigurationLists
import LinuxSystem

exitProcess(run())

func run() -> Int32 {
    CrashReport.install(
        on: .error, before: "evenkeel-node: crashed at ", after: "; this is a defect of evenkeel ",
        end: ": please report it with the address\n", status: 70)
    CrashReport.withoutMemory("evenkeel-node: there is not enough memory\n")
    switch Options.parse(Array(OwnProcess.arguments.dropFirst())) {
    case .help: return print(Options.usage)
    case .version: return print("evenkeel-node \(Product.version)\n")
    case .refusal(let reason):
        FileDescriptor.writeStandardError("evenkeel-node: \(reason)\n\n\(Options.usage)")
        return 64
    case .install(let node): return succeed { () throws(Refusal) in try Installation(node).run() }
    case .keep(let node): return succeed { () throws(Refusal) in try Installation(node).keep() }
    case .remove(let node): return succeed { () throws(Refusal) in try Removal(node).run() }
    case .probe(let socket): return succeed { () throws(Refusal) in try Probe(socket).run() }
    case .watch: return succeed { () throws(Refusal) in try Watching.start() }
    case .rest: return succeed { () throws(Refusal) in try rest() }
    }
}

func print(_ text: String) -> Int32 {
    do { try FileDescriptor.writeStandardOutput(text) } catch { return 1 }
    return 0
}

/// For the pod's log, which nobody may read.
func say(_ line: String) { _ = print("\(line)\n") }

func complain(_ line: String) { FileDescriptor.writeStandardError("evenkeel-node: \(line)\n") }

func succeed(_ body: () throws(Refusal) -> Void) -> Int32 {
    do throws(Refusal) { try body() } catch {
        complain(error.reason)
        return 1
    }
    return 0
}

/// A pod needs a container that goes on.
func rest() throws(Refusal) {
    let signals = try Signals.opened()
    while true {
        _ = Poll.wait([signals.descriptor], milliseconds: 3_600_000)
        if signals.next() == .end { return }
    }
}

extension Signals {
    static func opened() throws(Refusal) -> Signals {
        do throws(KernelError) { return try Signals() } catch { throw Refusal(error) }
    }
}
