import Foundation

/// A sandbox for engines that systemd has booted, as process 1 of namespaces of its own.
///
/// Of the machine's units it knows those that every boot has, the journal and nftables; others are for the test to make.
/// It cannot set the clock or load modules, and process 1 cannot write to what of /proc/sys belongs to no namespace.
public final class BootedSandbox {
    private let sandbox: EngineSandbox

    /// `copies` are as the engine sandbox has them. `prepare` is a script that runs before the boot, while
    /// /etc/systemd/system is empty.
    public init(copies: [String: String] = [:], prepare: String) throws {
        sandbox = try EngineSandbox(copies: copies, .version2)
        try sandbox.run(Self.units + prepare)
        try sandbox.run("cat >/run/boot.sh", input: Self.boot)
        let outcome = try sandbox.attempt(Self.start)
        guard outcome.status == 0 else { throw CommandFailure(command: ["systemd"], output: outcome) }
    }

    /// Whether the machine has what this takes.
    public static let isPossible =
        FileManager.default.isExecutableFile(atPath: "/lib/systemd/systemd")
        && ["", "/unified"].contains {
            FileManager.default.fileExists(atPath: "/sys/fs/cgroup\($0)/cgroup.controllers")
        }

    /// Runs a bash script in the booted system, which stops at its first failure.
    ///
    /// - Returns: what it prints, without white space at its ends.
    /// - Throws: `CommandFailure` if it ends otherwise than with 0.
    @discardableResult
    public func run(_ script: String) throws -> String {
        try sandbox.run(
            "nsenter -t $(process_1) -a -- bash -euo pipefail -c \(EngineSandbox.quote(script))".withProcess1
        ).text
    }

    /// The control group that the booted system's process 1 is in, in the hierarchy of version 2.
    public var groupOfProcess1: String {
        get throws {
            try sandbox.run("sed -n s/^0:://p /proc/$(process_1)/cgroup".withProcess1).text
        }
    }

    private static let units = """
        rm -rf /etc/systemd/system/* /etc/evenkeel
        mkdir /run/units
        for unit in {basic,sysinit,multi-user,sockets,local-fs,network-pre,network,shutdown}.target modprobe@.service \\
            nftables.service systemd-journald.{service,socket}; do
            cp /lib/systemd/system/$unit /run/units/
        done
        mkdir /run/units/sysinit.target.wants
        ln -s ../systemd-journald.service /run/units/sysinit.target.wants/

        """

    /// Two stages: a namespace of control groups begins at the one its maker is in. systemd mounts what hierarchies of
    /// version 1 the machine has, and would make groups at their root; where it finds version 2 in their place it does not.
    private static let boot = """
        set -e
        if [[ -z ${1:-} ]]; then
            groups=/sys/fs/cgroup
            if [[ -d $groups/unified ]]; then groups+=/unified; fi
            mkdir $groups/machine
            echo 0 >$groups/machine/cgroup.procs
            exec unshare --cgroup bash /run/boot.sh second
        fi
        mount --make-rprivate /
        umount -R /sys/fs/cgroup
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        mount -t proc proc /proc
        mount -o remount,bind,ro /sys
        for folder in /proc/sys/{kernel,fs,vm}; do
            mount --bind $folder $folder
            mount -o remount,bind,ro $folder
        done
        mkdir /run/dev
        mount -t tmpfs -o mode=755 tmpfs /run/dev
        for device in null zero full random urandom tty; do
            touch /run/dev/$device
            mount --bind /dev/$device /run/dev/$device
        done
        mkdir /run/dev/{pts,shm}
        mount -t devpts -o newinstance,ptmxmode=666 devpts /run/dev/pts
        ln -s pts/ptmx /run/dev/ptmx
        mount --move /run/dev /dev
        # As systemd has it on a machine: what is mounted later appears in the services' namespaces, too.
        mount --make-rshared /
        # What a container is called in it keeps systemd from setting up the machine.
        exec env -i container=evenkeel-test PATH=/usr/sbin:/usr/bin SYSTEMD_GENERATOR_PATH=/run/none \\
            SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system:/usr/local/lib/systemd/system:/run/units \\
            setpriv --bounding-set=-sys_time,-sys_boot,-sys_module \\
            /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=no

        """

    private static let start = """
        unshare --mount --pid --uts --ipc --fork --kill-child bash /run/boot.sh >/run/boot.log 2>&1 </dev/null &
        echo $! >/run/boot.pid
        for attempt in {1..600}; do
            ! nsenter -t $(process_1) -a -- systemctl -q is-active multi-user.target 2>/dev/null || exit 0
            sleep 0.1
        done
        cat /run/boot.log >&2
        exit 1
        """.withProcess1
}

extension String {
    /// The script with a function that prints the number that the booted system's process 1 has outside.
    fileprivate var withProcess1: String {
        "process_1() { read -r pid </proc/$(</run/boot.pid)/task/$(</run/boot.pid)/children || :; echo $pid; }\n" + self
    }
}
