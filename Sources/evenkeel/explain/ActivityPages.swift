extension Page {
    static let activity = [
        Page(
            id: .hookNotActive, title: "Evenkeel is installed, and an engine does not run it",
            symptom: """
                Evenkeel was installed, and new containers still get two default routes. evenkeel apply mends them, until they are
                started again. No error anywhere.
                """,
            cause: """
                Engines pass over what they do not find, in silence. podman and CRI-O read /usr/share/containers/oci/hooks.d alone,
                unless containers.conf or crio.conf names other folders; a hook whose program is missing or not executable is left
                out. But a JSON that they cannot read, one without "version": "1.0.0" or with a stage that there is not included,
                stops every container ("parsing hook", "unknown stage"). Docker reads no hooks: it needs the runtime. With Docker
                28 and later, and with podman --userns, hooks run before the network is there.
                """,
            proof: """
                On the host:

                    ls -l /usr/share/containers/oci/hooks.d /usr/local/libexec/evenkeel
                    grep -rn hooks_dir /etc/containers /usr/share/containers/containers.conf /etc/crio
                    docker info -f '{{json .Runtimes}} {{.DefaultRuntime}}'
                    journalctl -t evenkeel-hook -n 5     # what it did last
                """,
            withEvenkeel: """
                sudo install/install.sh once more: it looks for the engines, sets each one up, and says what is left to do. For
                --userns and Docker: --runtime evenkeel.
                """,
            without: "sudo evenkeel apply --all from a timer does the same, later.",
            references: [
                "oci-hooks(5), containers.conf(5)", "https://docs.docker.com/engine/daemon/alternative-runtimes/",
            ]),
        Page(
            id: .containerNotGuarded, title: "a container that is not as Evenkeel would have it",
            symptom: """
                Nothing by itself. One container of many still has a trouble that the others are rid of.
                """,
            cause: """
                It was started before Evenkeel was installed, by an engine that is not set up, or without the runtime that its
                engine needs. Or it has changed since: another network is preferred now, or an interface was down for a moment,
                which empties its table of routes, while the rules that lead there stay. The doctor finds that evenkeel apply
                would change something, and nothing else that is wrong: its bridge is not among those whose INVALID segments are
                dropped in forward, or its interfaces, routes and rules are not as the policy wants them.
                """,
            proof: """
                    evenkeel apply --netns PATH --dry-run      # what would be done, and nothing else
                    nft list set ip evenkeel containers        # the interfaces of guarded containers
                    nsenter --net=PATH ip rule                 # "from ADDRESS lookup 17739…": Evenkeel was there
                    nsenter --net=PATH ip route show table all default
                """,
            withEvenkeel: """
                sudo evenkeel apply --all now, and start the container through the hook or the runtime the next time. If it is to be
                left alone, nothing need be done: without a drop in forward it is a warning, else information. A default route that
                went with its interface comes back when the container is connected to the network again, or started again.
                """,
            without: "See invalid-leaks-forward and rp-filter-strict.",
            references: ["evenkeel apply --help"]),
    ]
}
