extension Page {
    static let activity = [
        Page(
            id: .hookNotActive, title: "Evenkeel is installed, but an engine does not run it",
            symptom: """
                Evenkeel is installed, but new containers still get two default routes. evenkeel apply repairs them until they
                are started again. There is no error message.
                """,
            cause: """
                Engines silently skip hooks that they do not find. podman and CRI-O read only
                /usr/share/containers/oci/hooks.d, unless containers.conf or crio.conf names other folders. They skip a hook
                whose program is missing or not executable. But a hook's JSON that they cannot read, that lacks "version":
                "1.0.0" or names an unknown stage stops every container ("parsing hook", "unknown stage"). Docker reads no
                hooks: it needs the runtime. With Docker 28 and later, and with podman --userns, hooks run before the network
                is there.
                """,
            proof: """
                On the host:

                    ls -l /usr/share/containers/oci/hooks.d /usr/libexec/evenkeel /usr/local/libexec/evenkeel
                    grep -rn hooks_dir /etc/containers /usr/share/containers/containers.conf /etc/crio
                    docker info -f '{{json .Runtimes}} {{.DefaultRuntime}}'
                    journalctl -t evenkeel-hook -n 5     # what it did last
                """,
            withEvenkeel: """
                Install the package again, or run sudo install/install.sh: either finds the engines, sets each one up, and says
                what is left to do. For --userns and Docker, start the container with --runtime evenkeel.
                """,
            without: "Run sudo evenkeel apply --all from a timer. It does the same, but later.",
            references: [
                "oci-hooks(5), containers.conf(5)", "https://docs.docker.com/engine/daemon/alternative-runtimes/",
            ]),
        Page(
            id: .containerNotGuarded, title: "a container that Evenkeel has not set up, or that has changed since",
            symptom: """
                None by itself. One container of many still has a problem that the others no longer have.
                """,
            cause: """
                The container was started before Evenkeel was installed, by an engine that is not set up, or without the
                runtime that its engine needs. Or it has changed since: another network is preferred now, or an interface was
                down for a moment, which empties its routing table but leaves the rules. The doctor reports this when it finds
                nothing else wrong but evenkeel apply would change something: the forward chain does not drop INVALID segments
                from the container's bridge, or its interfaces, routes and rules are not as the policy says. Or the container
                was started with evenkeel.skip: then it is left alone on purpose, and this is information.
                """,
            proof: """
                    evenkeel apply --netns PATH --dry-run      # says what would be done; changes nothing
                    nft list set ip evenkeel containers        # the interfaces of guarded containers
                    nsenter --net=PATH ip rule                 # "from ADDRESS lookup 17739...": Evenkeel has set it up
                    nsenter --net=PATH ip route show table all default    # table 17738997: metric 1 set up, 2 evenkeel.skip
                """,
            withEvenkeel: """
                Run sudo evenkeel apply --all now; a container that was started with evenkeel.skip has to be named. Next time,
                start the container through the hook or the runtime. You may also leave it as it is. The finding is a warning if
                its INVALID segments are not dropped in forward, else information. A default route that went with its interface
                comes back when the container is reconnected to the network or restarted.
                """,
            without: "See invalid-leaks-forward and rp-filter-strict.",
            references: ["evenkeel apply --help"]),
    ]
}
