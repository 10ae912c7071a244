import Discovery
import LinuxSystem

/// A program that undoes what the watcher does.
enum Rival {
    /// The kernel tells only the netlink address that asked for a change. As a rule it is the process's id as its own namespace
    /// counts it, so the process is one with that id in the container.
    static func text(_ port: UInt32, in found: FoundNamespace?) -> String {
        let name: String? = found?.identity.flatMap { Self.name(of: port, in: $0) }
        return name.map { "\($0) (netlink port \(port))" } ?? "the program with netlink port \(port)"
    }

    private static func name(of port: UInt32, in namespace: NetworkNamespace.Identity) -> String? {
        do throws(KernelError) {
            for process in try Process.all() where process.knownNamespace == namespace {
                if let name = name(process.id, ifItsIDIs: port) { return name }
            }
        } catch {}
        return nil
    }

    private static func name(_ id: Int32, ifItsIDIs port: UInt32) -> String? {
        do throws(KernelError) {
            let process = try ProcessHandle(id)
            let status = String(decoding: try process.read("status", atMost: 4096), as: UTF8.self)
            guard innermostID(status) == port else { return nil }
            let command = String(decoding: try process.read("comm", atMost: 64), as: UTF8.self)
            return printable(command.parts(between: UInt8(ascii: "\n"))[0])
        } catch { return nil }
    }

    /// Of `NSpid`, proc_pid_status(5), the last: the id in the process's own namespace.
    static func innermostID(_ status: String) -> UInt32? {
        for line in status.parts(between: UInt8(ascii: "\n")) where line.begins(with: "NSpid:") {
            return line.parts(between: UInt8(ascii: "\t")).last.flatMap { UInt32($0) }
        }
        return nil
    }
}
