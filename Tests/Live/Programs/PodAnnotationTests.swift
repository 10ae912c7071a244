import Laboratory
import Testing

/// A pod's annotations, as containerd and CRI-O hand them to the plugin.
@Suite struct PodAnnotationTests {
    /// `add INTERFACE`: the plugin with the annotations in `$pod`, a JSON object.
    private static let functions = """
        add() {
            jq -n --argjson pod "$pod" '{cniVersion: "1.0.0", name: "n", type: "evenkeel", prevResult: {cniVersion: "1.0.0"},
                runtimeConfig: {"io.kubernetes.cri.pod-annotations": $pod}}' | call ADD pod /run/netns/c "$1" >/dev/null
        }
        lab 2

        """

    /// Multus says by it which interface's default route a pod wants.
    @Test func theGatewayThatMultusIsToldOfIsPreferred() throws {
        let lab = try Lab()
        let said = try lab.run(
            Self.functions + """
                networks='[{"name": "a", "interface": "eth1", "default-route": ["10.89.2.1"]}, {"name": "b"}]'
                pod=$(jq -n --arg networks "$networks" '{"k8s.v1.cni.cncf.io/networks": $networks}')
                add eth0; add eth1; defaults 4 c
                """)
        #expect(said.hasPrefix("default via 10.89.2.1 dev eth1") && said.split(separator: "\n").count == 1, "\(said)")
    }

    @Test func ourOwnAnnotationGoesBeforeIt() throws {
        let lab = try Lab()
        let said = try lab.run(
            Self.functions + """
                pod='{"evenkeel.dev/default-route": "eth0", "evenkeel.dev/rp-filter": "keep",
                    "k8s.v1.cni.cncf.io/networks": "[{\\"default-route\\": [\\"10.89.2.1\\"]}]"}'
                before=$(filters c); add eth0; add eth1; defaults 4 c; [[ $(filters c) == "$before" ]] && echo kept
                """)
        #expect(said.hasPrefix("default via 10.89.1.1 dev eth0") && said.hasSuffix("\nkept"), "\(said)")
    }

    @Test func aWrongOneIsIgnoredUnlessItSaysThatErrorsRefuse() throws {
        let lab = try Lab()
        let warned = try lab.attempt(Self.functions + #"pod='{"evenkeel.dev/mode": "x"}'; add eth0"#)
        #expect(warned.status == 0 && warned.err.contains("annotation evenkeel.dev/mode: defaultRoute.mode is \"x\""))
        let refused = try lab.attempt(
            Self.functions.replacing("lab 2", with: "")
                + #"pod='{"evenkeel.dev/mode": "x", "evenkeel.dev/on-error": "fail"}'; add eth0"#)
        #expect(refused.status == 1 && refused.err.contains("the policy is wrong"), "\(refused.err)")
    }
}
