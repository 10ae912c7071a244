import LinuxSystem

/// What a command line asks for.
enum Request {
    case install(Node)
    case keep(Node)
    case remove(Node)
    /// The watcher's socket.
    case probe(String)
    case watch
    case rest
    case help
    case version
    /// It is not understood, and why.
    case refusal(String)
}

/// The node's directories, as this program sees them.
struct Node {
    enum Guard {
        case dropIn
        case editing
    }

    /// Where the programs are that are copied.
    var programs = "/bin"
    var lists = ""
    /// Where the runtime looks for plugins.
    var plugins: [String] = []
    /// Where the hook and the runtime go; nil for nowhere.
    var libexec: String?
    var means: Guard?
}

enum Options {
    static func parse(_ arguments: [String]) -> Request {
        guard let command = arguments.first else { return .refusal("name a command") }
        let rest = Array(arguments.dropFirst())
        switch command {
        case "--version": return .version
        case "--help", "-h": return .help
        // Its arguments are the watcher's.
        case "watch": return .watch
        case "rest": return rest.isEmpty ? .rest : .refusal("rest takes no arguments")
        case "probe": return probe(rest)
        case "install", "keep", "remove": return node(command, rest)
        default: return .refusal("unknown command \(printable(command))")
        }
    }

    private static func probe(_ arguments: [String]) -> Request {
        var socket = RunDirectory.watchSocket
        let reason = read(arguments) { name, value in
            guard name == "--socket", let value else { return false }
            socket = value
            return true
        }
        return answer(reason) { .probe(socket) }
    }

    private static func node(_ command: String, _ arguments: [String]) -> Request {
        var node = Node()
        let reason = read(arguments) { name, value in
            switch (name, value) {
            case ("--programs", let value?) where command != "remove": node.programs = value
            case ("--lists", let value?): node.lists = value
            case ("--cni-dir", let value?): node.plugins.append(value)
            case ("--libexec", let value?): node.libexec = value
            case ("--drop-in", nil) where command != "remove": node.means = .dropIn
            case ("--edit-lists", nil) where command != "remove": node.means = .editing
            default: return false
            }
            return true
        }
        return answer(reason) { request(command, node) }
    }

    private static func request(_ command: String, _ node: Node) -> Request {
        if node.lists.isEmpty { return .refusal("\(command) needs --lists") }
        if node.plugins.isEmpty { return .refusal("\(command) needs --cni-dir") }
        if command == "remove" { return .remove(node) }
        if node.means == nil { return .refusal("\(command) needs --drop-in or --edit-lists") }
        return command == "keep" ? .keep(node) : .install(node)
    }

    private static let flags = ["--drop-in", "--edit-lists"]

    /// Hands over each option with its value. Returns what is wrong; nil if `take` took them all.
    private static func read(_ arguments: [String], _ take: (String, String?) -> Bool) -> String? {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.parts(between: UInt8(ascii: "="), most: 2)
            let name = parts[0]
            if ["--help", "-h"].contains(name) { return "" }
            var value: String?
            if parts.count > 1 { value = parts[1] } else if !flags.contains(name) { value = rest.popFirst() }
            if value?.isEmpty == true { return "\(printable(name)) takes a value" }
            if !take(name, value) {
                let isNeeded = value == nil && name.begins(with: "--") && !flags.contains(name)
                return isNeeded && take(name, "-")
                    ? "\(printable(name)) takes a value" : "unknown argument \(printable(argument))"
            }
        }
        return nil
    }

    private static func answer(_ reason: String?, _ request: () -> Request) -> Request {
        guard let reason else { return request() }
        return reason.isEmpty ? .help : .refusal(reason)
    }
}

extension Options {
    static let usage = """
        usage: evenkeel-node COMMAND [options]

        What a pod does on a cluster's node. The directories are the node's, as the container sees them.

        Commands:
          install  copy the programs to the node, then guard every CNI list there
          keep     install, then guard what is new whenever the lists change; ends at SIGTERM
          remove   take that away: first from the lists, then the programs
          watch    make /proc/sys/net writable and become evenkeel-watch, which gets the other arguments
          probe    end with 0 if the watcher answers at its socket
          rest     do nothing until SIGTERM

        Options of install, keep and remove:
          --lists DIR      the CNI lists: /etc/cni/net.d of the node
          --cni-dir DIR    where the runtime looks for plugins; the plugin goes there as evenkeel. May be given several times
          --libexec DIR    evenkeel-hook and evenkeel-runtime go there; without it they are not installed
        Of install and keep, one of:
          --drop-in        guard a list by a file beside it, which lasts when the list is written anew: containerd 2.1, CRI-O 1.33
          --edit-lists     chain the plugin into the list itself: any runtime
          --programs DIR   where the programs are that are copied (default /bin)
        Of probe:
          --socket PATH    the watcher's socket (default /run/evenkeel/watch.sock)

          --version        print the version
          -h, --help       this text

        A list is guarded only if the programs of its other plugins are in one of the directories too: else the runtime would
        not find evenkeel, and no pod would start.
        Exit status: 0 done, 1 something was refused, which standard error tells, 64 wrong arguments.

        """
}
