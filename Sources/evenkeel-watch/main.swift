// The watcher: keeps containers and the host safe for what changes after the start.
import LinuxSystem
import Watch

exitProcess(run())

func run() -> Int32 {
    switch Options.parse(Array(OwnProcess.arguments.dropFirst())) {
    case .help: return print(Options.usage)
    case .version: return print("evenkeel-watch \(Product.version)\n")
    case .refusal(let reason):
        FileDescriptor.writeStandardError("evenkeel-watch: \(reason)\n\n\(Options.usage)")
        return 64
    case .watch(let options): return watch(options)
    }
}

func print(_ text: String) -> Int32 {
    do { try FileDescriptor.writeStandardOutput(text) } catch { return 1 }
    return 0
}

func watch(_ options: Options) -> Int32 {
    CrashReport.install(
        on: .error, before: "evenkeel-watch: crashed at ", after: "; this is a defect of evenkeel ",
        end: ": please report it with the address\n", status: 70)
    CrashReport.withoutMemory("evenkeel-watch: there is not enough memory\n")
    do { return try Watcher(options).run() } catch {
        FileDescriptor.writeStandardError("evenkeel-watch: \(error.text)\n")
        return error.status
    }
}
