public import LinuxSystem

/// What the watcher is to do.
public struct Options: Sendable {
    public var metricsFile: String?
    /// Nil: nobody can listen.
    public var socket: String? = defaultSocket
    /// Ends after one look at everything.
    public var isOnce = false
    /// Changes nothing, and says what it would do.
    public var isDry = false
    public var metricsPerContainer = false
    /// Whether a container runtime is asked to tell of pods.
    public var hearsOfPods = true
    public var least = SystemLog.Severity.info
    /// The policy document.
    public var policy: String?

    public static let defaultSocket = RunDirectory.watchSocket

    public init() {}

    /// What a command line asks for.
    public enum Request: Sendable {
        case watch(Options)
        case help
        case version
        /// It is not understood, and why.
        case refusal(String)
    }

    /// Reads the arguments behind the program's name.
    public static func parse(_ arguments: [String]) -> Request {
        var options = Options()
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.parts(between: UInt8(ascii: "="), most: 2)
            let name = parts[0]
            if ["--metrics-file", "--socket", "--log-level", "--policy"].contains(name) {
                guard let value = parts.count > 1 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    return .refusal("\(name) takes a value")
                }
                if name == "--metrics-file" { options.metricsFile = value }
                if name == "--socket" { options.socket = value }
                if name == "--policy" { options.policy = value }
                if name == "--log-level" {
                    guard let least = severity(value) else {
                        return .refusal(
                            "--log-level takes error, warning, notice, info or debug, not \(printable(value))")
                    }
                    options.least = least
                }
                continue
            }
            switch argument {
            case "--once": options.isOnce = true
            case "--dry-run": options.isDry = true
            case "--metrics-per-container": options.metricsPerContainer = true
            case "--no-nri": options.hearsOfPods = false
            case "--version": return .version
            case "--help", "-h": return .help
            default: return .refusal("unknown argument \(printable(argument))")
            }
        }
        return .watch(options)
    }

    private static func severity(_ name: String) -> SystemLog.Severity? {
        switch name {
        case "error": .error
        case "warning": .warning
        case "notice": .notice
        case "info": .info
        case "debug": .debug
        default: nil
        }
    }

    public static let usage = """
        usage: evenkeel-watch [--once] [--dry-run] [--socket PATH] [--metrics-file FILE] [--log-level LEVEL]

        Keeps running containers' networks and this host's rules for INVALID segments safe: it listens to the kernel, and looks
        again whenever something changes. systemd runs it as evenkeel-watch.service. `evenkeel watch` shows what it does.

          --once                   look at every container and the host once, and end: for timers and tests
          --dry-run                change nothing, and say what would be done
          --socket PATH            listen there for `evenkeel watch` (default /run/evenkeel/watch.sock)
          --metrics-file FILE      write metrics there every 15 seconds, for node_exporter's textfile collector
          --metrics-per-container  give each container metrics of its own
          --no-nri                 do not have containerd tell of pods before their containers start
          --policy FILE            the policy document instead of /etc/evenkeel/policy.json
          --log-level LEVEL        error, warning, notice, info (default) or debug
          --version                print the version
          -h, --help               this text

        SIGHUP reads the policy again and looks at everything. SIGTERM ends it and leaves all as it is.
        Exit status: 0 ended as asked, 1 the kernel refused what it needs, 64 wrong arguments, 78 a policy that is
        none; with --once 1 also if something could not be mended.

        """
}
