import JSON
import Netlink
import Testing

@testable import Diagnosis

/// What engines write down about the translation of their networks.
@Suite struct EngineNATTests {
    private func netavark(_ text: String) throws -> InterfaceName? {
        TranslatedBridge.netavark(try JSON(parsing: Array(text.utf8)), "file")?.bridge
    }

    @Test func aNetworkOfPodmanSaysWhetherItIsTranslated() throws {
        let ordinary =
            #"{"name": "n1", "driver": "bridge", "network_interface": "podman1", "internal": false, "options": {"mtu": "1400"}}"#
        #expect(try netavark(ordinary) == "podman1")
        #expect(try netavark(#"{"name": "n1", "driver": "bridge", "network_interface": "podman1"}"#) == "podman1")
        for other in [
            #"{"name": "n1", "driver": "bridge", "network_interface": "podman1", "internal": true}"#,
            #"{"name": "n1", "driver": "bridge", "network_interface": "br0", "options": {"mode": "unmanaged"}}"#,
            #"{"name": "n1", "driver": "macvlan", "network_interface": "eth0"}"#, "{}", "[]", "7",
        ] { #expect(try netavark(other) == nil) }
    }

    @Test func aListOfCNISaysSoByTheBridgePlugin() throws {
        let bridges = { (text: String) in
            TranslatedBridge.cni(try JSON(parsing: Array(text.utf8)), "file").map { "\($0.network) \($0.bridge)" }
        }
        #expect(
            try bridges(
                #"{"name": "k", "plugins": [{"type": "bridge", "bridge": "cni7", "ipMasq": true}, {"type": "portmap"}]}"#
            )
                == ["k cni7"])
        #expect(try bridges(#"{"name": "k", "type": "bridge", "ipMasq": true}"#) == ["k cni0"])
        for other in [
            #"{"name": "k", "plugins": [{"type": "bridge", "bridge": "cni7"}]}"#,
            #"{"name": "k", "plugins": [{"type": "flannel", "delegate": {"ipMasq": true}}]}"#, "{}", "[]",
        ] { #expect(try bridges(other) == []) }
    }

    @Test func dockersDaemonSaysSoByItsOptions() throws {
        let bridge = { (options: String) in
            let text =
                #"{"Name": "n", "Id": "0123456789abcdef", "Driver": "bridge", "Internal": false, "Options": {\#(options)}}"#
            return TranslatedBridge.docker(try JSON(parsing: Array(text.utf8)))?.bridge
        }
        let key = "com.docker.network.bridge"
        #expect(try bridge("") == "br-0123456789ab")
        #expect(try bridge(#""\#(key).name": "docker0", "\#(key).enable_ip_masquerade": "true""#) == "docker0")
        #expect(try bridge(#""\#(key).enable_ip_masquerade": "false""#) == nil)
        #expect(try bridge(#""\#(key).gateway_mode_ipv4": "routed""#) == nil)
        #expect(TranslatedBridge.docker(try JSON(parsing: Array(#"{"Driver": "overlay"}"#.utf8))) == nil)
    }

    @Test func whatIsGoneIsToldWithTheCommandThatBringsItBack() {
        var host = HostObservation()
        let gone = { (engine: TranslatingEngine, isOfPodman: Bool) in
            let bridge = TranslatedBridge(engine: engine, network: "n1", bridge: "br7", source: "its file")
            return UntranslatedBridge(bridge: bridge, addresses: ["10.89.1.5 of web"], count: 3, isOfPodman: isOfPodman)
        }
        host.untranslated = [gone(.netavark, true), gone(.cni, true), gone(.docker, false), gone(.cni, false)]
        let findings = host.engineTranslationFindings()
        #expect(findings.allSatisfy { $0.id == .engineNATGone && $0.severity == .error && $0.place == .host })
        let reload = "sudo podman network reload --all"
        #expect(findings.dropLast().map { $0.remedy } == [reload, reload, "sudo systemctl restart docker"])
        #expect(findings[3].remedy.hasPrefix("(restart the containers or pods"))
        #expect(
            findings[0].evidence.suffix(2) == [
                "no rule of nftables or iptables translates 10.89.1.5 of web", "and 2 more",
            ])
    }
}
