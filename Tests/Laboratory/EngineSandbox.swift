import Foundation

/// A sandbox for container engines: a copy-on-write clone of the machine's root file system on which they run as on a
/// fresh host, whose network is the sandbox's own.
///
/// What is written inside is gone afterwards, and so are processes, mounts, interfaces and control groups. Of file
/// systems mounted below the root only /dev is seen inside.
public final class EngineSandbox {
    private var sandbox: Sandbox?
    private let controlGroups: ControlGroups

    /// `copies` are programs that the clone may lack, by the path that each gets inside.
    public init(copies: [String: String] = [:]) throws {
        controlGroups = try ControlGroups()
        let variables = "top=/mnt groups=\(controlGroups.name)\n"
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

    private var inside: Sandbox {
        get throws {
            guard let sandbox else { throw CocoaError(.fileNoSuchFile) }
            return sandbox
        }
    }

    private static func quote(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    /// The clone on a tmpfs over /mnt, which exists everywhere, so that no folder is left behind. Engines keep their
    /// images on tmpfs, too: an overlay cannot be the upper layer of another. podman keeps its locks in /dev/shm.
    private static let clone = """
        mount -t tmpfs tmpfs $top
        mkdir $top/{upper,work,root}
        mount -t overlay -o lowerdir=/,upperdir=$top/upper,workdir=$top/work overlay $top/root
        mount -t proc proc $top/root/proc
        mount -t sysfs sysfs $top/root/sys
        mount --rbind /dev $top/root/dev
        for folder in dev/shm run var/lib/containers var/lib/docker var/lib/containerd sys/fs/cgroup; do
            mkdir -p $top/root/$folder
            mount -t tmpfs tmpfs $top/root/$folder
        done
        mkdir $top/root/run/lock
        # Of each hierarchy only a folder of the sandbox's own. Version 2 beside version 1 is left out: crun refuses both.
        for hierarchy in $(findmnt -rn -t cgroup -o TARGET | grep ^/sys/fs/cgroup/); do
            mkdir $hierarchy/$groups $top/root$hierarchy
            case $hierarchy in
            */cpuset)
                cat $hierarchy/cpuset.cpus >$hierarchy/$groups/cpuset.cpus
                cat $hierarchy/cpuset.mems >$hierarchy/$groups/cpuset.mems
                ;;
            esac
            mount --bind $hierarchy/$groups $top/root$hierarchy
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
