import Diagnosis

extension Page {
    static let contests = [
        Page(
            id: .contested, title: "another program keeps undoing what the watcher does",
            symptom: """
                A container's default route comes and goes, or the host's table for INVALID segments does. The journal of
                evenkeel-watch says "keeps undoing this", and names the program if it can be known.
                """,
            cause: """
                Two programs want different things. Inside a container that is a DHCP client, a VPN's watchdog or a routing
                daemon, which puts its default route back whenever it goes. On the host it is a script or a firewall that
                loads the whole ruleset again and again. When the same change was necessary five times within ten seconds,
                the watcher stops for a minute, and for twice as long each time, up to an hour: else both would go on for ever,
                thousands of times a second.
                """,
            proof: """
                    evenkeel watch                             # what is done, as it is done
                    evenkeel watch status                      # what is contested, and with whom
                    nsenter --net=PATH ip monitor route        # "Deleted" and the same route again
                    nft monitor                                # on the host
                """,
            withEvenkeel: """
                Decide who is right. To have the other's default route win, prefer it: the annotation evenkeel.default-route,
                or "defaultRoute": {"prefer": [...]} in the policy. To have Evenkeel leave the container alone, start it with
                the annotation evenkeel.skip=true, or use the mode "keep". systemctl reload evenkeel-watch makes the watcher
                look again.
                """,
            without: """
                Stop the other program, or configure it: many DHCP clients can be told to set no default route, and a script
                can replace its own table alone (nft destroy table, then load) instead of flushing everybody's.
                """,
            references: ["evenkeel watch --help", "nft(8): flush ruleset, destroy table"])
    ]
}
