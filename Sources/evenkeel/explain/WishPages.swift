extension Page {
    static let wishes = [
        Page(
            id: .wishUnmet, title: "a wish for a default route that nothing meets",
            symptom: """
                The container leaves by another network than its annotation evenkeel.default-route, or evenkeel apply
                --default-route, asked for. Behind a VPN's network that is a leak.
                """,
            cause: """
                A word of the wish is the name of no network of the container, of none of its interfaces, and no prefix that
                holds a gateway. It may be misspelled, the network may not be connected yet, or it has no default route: an
                internal network has none, and Docker gives a container only one.
                """,
            proof: """
                evenkeel doctor lists the container's networks by name, interface and prefix. podman's names are in
                /etc/containers/networks, CNI's in /etc/cni/net.d, Docker's in docker network ls.
                """,
            withEvenkeel: """
                sudo evenkeel apply --container NAME --default-route NETWORK changes the wish of a container that runs, and
                --default-route "" takes it back. With onError "fail" in the host's policy such a container does not start.
                The watcher goes by the wish as soon as the network is connected.
                """,
            without: """
                Connect the container to the network, or correct the annotation and start it again. With Docker, docker
                network connect --gw-priority (from 28 on) chooses the network of the default route.
                """,
            references: ["podman-run(1), --annotation", "docker network connect --help"])
    ]
}
