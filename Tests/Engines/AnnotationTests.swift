import Laboratory
import Testing

extension Engines {
    /// The ways in which people give annotations to podman.
    @Suite struct AnnotationTests {
        @Test(arguments: ["runc", "crun"]) func eachSpellingReachesTheHook(runtime: String) throws {
            let host = try PodmanHost(runtime: runtime)
            for (number, prefix) in ["evenkeel.", "dev.evenkeel.", "evenkeel.dev/"].enumerated() {
                let name = "c\(number)"
                try host.run(
                    """
                    start \(name) --network n1,n2 --annotation \(prefix)default-route=10.89.2.0/24 \
                        --annotation \(prefix)rp-filter=keep
                    """)
                let first = try host.firstAction(of: name)
                #expect(first.defaultRoutes.count == 1 && first.defaultRoutes.first?.contains("10.89.2.1") == true)
                #expect(first.filters["default"] != "2")
            }
        }

        /// A container's mark shows where its values come from.
        @Test func showSaysWhatTheContainerSaid() throws {
            let host = try PodmanHost()
            try host.run(
                "start c --network n1,n2 --annotation evenkeel.dev/mode=ranked --annotation dev.evenkeel.rp-filter=keep"
            )
            let shown = try host.run("evenkeel policy show --container c | grep -v built-in | tr -s ' '")
            #expect(shown.contains("defaultRoute.mode ranked the container's mark"))
            #expect(shown.contains("rpFilter keep the container's mark"))
        }

        /// A file for Kubernetes. podman gives the annotations to the pod's containers, but not to the infra container, which is
        /// started first: what that got by the host's policy stays.
        @Test func aPodsAnnotationsReachTheHookByKubePlay() throws {
            let host = try PodmanHost()
            try host.run("sed -i 's/^infra_image/infra_command = \"sleep 1000\"\\n&/' /etc/containers/containers.conf")
            let pod = """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: p
                  annotations:
                    evenkeel.dev/default-route: "10.89.2.0/24"
                    evenkeel.dev/mode: ranked
                spec:
                  containers:
                  - name: c
                    image: localhost/busybox
                    imagePullPolicy: Never
                    command: [/bin/sleep, "1000"]
                """
            try host.run(
                "cat >/root/pod.yaml; podman kube play --network n1 --network n2 /root/pod.yaml >&2", input: pod)
            let defaults = try host.lines("inside p-c ip route show default | sed 's/proto.*metric/metric/'")
            #expect(defaults.first?.hasPrefix("default via 10.89.2.1 ") == true, "\(defaults)")
            let shown = try host.run("evenkeel policy show --container p-c | tr -s ' '")
            #expect(shown.contains("defaultRoute.mode ranked the container's mark"))
            #expect(shown.contains("the container's choice"))
            try host.run("podman kube down /root/pod.yaml >&2")
        }
    }
}
