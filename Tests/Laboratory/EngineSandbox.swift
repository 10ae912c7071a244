import Foundation

/// A sandbox for container engines: a copy-on-write clone of the machine's root file system on which they run as on a
/// fresh host, whose network is the sandbox's own.
///
/// What is written inside is gone afterwards, and so are processes, mounts, interfaces and control groups. Of file
/// systems mounted below the root only /dev is seen inside.
public final class EngineSandbox {
    private var sandbox: Sandbox?
    private let controlGroups: ControlGroups

    /// Which control groups are seen inside.
    enum Hierarchies {
        /// Version 2 beside version 1 is left out: crun refuses both.
        case ofOneVersion
        /// Version 2, where the machine has it.
        case version2
        /// Version 2, where a machine without version 1 has it.
        case version2Alone

        /// podman 6 knows version 2 alone.
        static let ofEngines: Hierarchies =
            EngineSandbox.version(of: "podman").lexicographicallyPrecedes([6]) ? .ofOneVersion : .version2Alone

        /// The commands that set `hierarchies`, and `place` to where the only one is inside.
        var script: String {
            let version2 = "findmnt -rn -t cgroup2 -o TARGET"
            let commands =
                self == .ofOneVersion
                ? "findmnt -rn -t cgroup -o TARGET | grep ^/sys/fs/cgroup/ || \(version2)" : version2
            return "hierarchies=$(\(commands)) place=\(self == .version2Alone ? "/sys/fs/cgroup" : "")\n"
        }
    }

    /// `copies` are programs that the clone may lack, by the path that each gets inside.
    public convenience init(copies: [String: String] = [:]) throws { try self.init(copies: copies, .ofEngines) }

    init(copies: [String: String], _ hierarchies: Hierarchies) throws {
        controlGroups = try ControlGroups()
        let variables =
            "top=/run groups=\(controlGroups.name) below=\(Self.quote(Self.below))\n" + hierarchies.script
        let installing = copies.sorted { $0.key < $1.key }.map { inside, source in
            "install -D -m 755 \(Self.quote(source)) $top/root\(Self.quote(inside))\n"
        }
        sandbox = try Sandbox(prepare: variables + Self.clone + installing.joined() + Self.enter)
    }

    deinit {
        // First the processes, then their groups.
        sandbox = nil
    }

    /// Runs a bash script inside, which stops at its first failure.
    ///
    /// - Throws: `CommandFailure` if it ends otherwise than with 0.
    @discardableResult
    public func run(_ script: String, input: String = "", environment: [String: String] = [:]) throws -> Output {
        try inside.run(script, input: input, environment: environment)
    }

    /// Runs a bash script inside; how it ends is for the caller to judge.
    public func attempt(_ script: String, input: String = "", environment: [String: String] = [:]) throws -> Output {
        try inside.attempt(script, input: input, environment: environment)
    }

    /// By which its files are seen from outside.
    public var root: String { get throws { try inside.root } }

    private var inside: Sandbox {
        get throws {
            guard let sandbox else { throw CocoaError(.fileNoSuchFile) }
            return sandbox
        }
    }

    static func quote(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    /// The root file system of which it is a clone: the machine's, or that of another release with engines of its own.
    public static let below = ProcessInfo.processInfo.environment["EVENKEEL_ENGINES_ROOT"] ?? "/"

    /// What a program of that root file system prints; nil if it is not there, or fails.
    public static func answer(_ command: [String]) -> String? {
        // podman and crun say nothing without /proc.
        let enter = "mount --bind /proc \"$0/proc\" && exec chroot \"$0\" \"$@\""
        let output = try? Shell.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", enter, below] + command)
        return output?.status == 0 ? output?.text : nil
    }

    /// The numbers of the version that a program there says it has; empty if it is not there.
    public static func version(of program: String) -> [Int] {
        let words = answer([program, "--version"])?.split(separator: " ") ?? []
        let version = words.first { $0.first?.isNumber == true } ?? ""
        return version.split { !$0.isNumber }.compactMap { Int($0) }
    }

    /// The clone on a tmpfs over /run, which exists everywhere, so that no folder is left behind. Engines keep their
    /// images on tmpfs, too: an overlay cannot be the upper layer of another. podman keeps its locks in /dev/shm.
    private static let clone = """
        mount -t tmpfs tmpfs $top
        mkdir $top/{upper,work,root}
        mount -t overlay -o lowerdir="$below",upperdir=$top/upper,workdir=$top/work overlay $top/root
        mount -t proc proc $top/root/proc
        mount -t sysfs sysfs $top/root/sys
        mount --rbind /dev $top/root/dev
        for folder in dev/shm run var/lib/containers var/lib/docker var/lib/containerd sys/fs/cgroup; do
            mkdir -p $top/root/$folder
            mount -t tmpfs tmpfs $top/root/$folder
        done
        mkdir $top/root/run/lock
        # Of each hierarchy a folder of the sandbox's own.
        for hierarchy in $hierarchies; do
            mkdir $hierarchy/$groups
            mkdir -p $top/root${place:-$hierarchy}
            # A new folder has no processors, no memory and no controllers until it is given its parent's.
            case $hierarchy in
            */cpuset) for file in cpuset.cpus cpuset.mems; do cat $hierarchy/$file >$hierarchy/$groups/$file; done ;;
            /sys/fs/cgroup)
                for controller in $(<$hierarchy/$groups/cgroup.controllers); do
                    echo +$controller >$hierarchy/$groups/cgroup.subtree_control
                done
                ;;
            esac
            mount --bind $hierarchy/$groups $top/root${place:-$hierarchy}
        done

        """

    /// Not chroot, out of which `nsenter` would find its way.
    private static let enter = """
        cd $top/root
        mkdir old-root
        pivot_root . old-root
        cd /
        umount -l /old-root
        rmdir /old-root
        """
}
