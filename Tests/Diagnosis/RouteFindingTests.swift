import Discovery
import Keel
import LinuxSystem
import Netlink
import Testing

@testable import Diagnosis

@Suite struct RouteFindingTests {
    @Test func defaultRoutesOfOneMetricAreAnErrorWithEachAsEvidence() throws {
        let findings = try TestObservation(metrics: [100, 100]).findings { $0.turns = [2, 3, 2, 3, 2, 3, 2, 3] }
        #expect(findings.map { $0.id } == [.duplicateDefaultRoute])
        #expect(findings[0].severity == .error)
        #expect(
            findings[0].evidence == [
                "default via 10.89.1.1 dev eth0 metric 100", "default via 10.89.2.1 dev eth1 metric 100",
                "alternates: 8 lookups gave eth0 eth1 eth0 eth1 eth0 eth1 eth0 eth1",
            ])
        #expect(findings[0].remedy == "sudo evenkeel apply --netns /run/netns/netns-1")
    }

    @Test func commandsNameTheContainerAsPeopleDo() throws {
        let findings = try TestObservation(metrics: [100, 100]).findings {
            $0.container = ContainerNamespace(
                path: "/run/netns/cni-1", evidence: "CNI",
                containers: [ContainerIdentity(id: "4f1c", name: "default/my pod")])
        }
        #expect(findings[0].remedy == "sudo evenkeel apply --container 'default/my pod'")
    }

    @Test func commandsGoByTheSamePolicy() throws {
        let findings = try TestObservation(metrics: [100, 100]).findings { $0.policyPath = "/root/my policy" }
        #expect(findings[0].remedy == "sudo evenkeel apply --netns /run/netns/netns-1 --policy '/root/my policy'")
    }

    @Test(
        arguments: [
            (nil, nil, "nothing was sent to its gateway yet; "),
            (.reachable, .stale, "its gateway is REACHABLE"),
            (.reachable, nil, "its gateway is REACHABLE"),
            (.stale, .failed, "the gateway of the other does not answer; "),
            (.reachable, .failed, "the gateway of the other does not answer; "),
            (nil, .stale, "nothing was sent"),
        ] as [(NeighbourState?, NeighbourState?, String)]) func lookupsThatAgreeAreToldWithTheReason(
            first: NeighbourState?, second: NeighbourState?, reason: String
        ) throws
    {
        let gateways = try [(first, "10.89.1.1"), (second, "10.89.2.1")].enumerated().map { place, gateway in
            ContainerObservation.Gateway(
                address: try #require(IPAddress(gateway.1)), interface: UInt32(place + 2),
                neighbour: gateway.0.map { Neighbour($0) }, isOnLink: true)
        }
        let findings = try TestObservation(metrics: [100, 100]).findings {
            ($0.turns, $0.gateways) = ([2, 2, 2, 2, 2, 2, 2, 2], gateways)
        }
        let finding = try #require(findings.first { $0.id == .duplicateDefaultRoute })
        #expect(finding.evidence[2].hasPrefix("8 lookups gave eth0 eth0 eth0 eth0 eth0 eth0 eth0 eth0: \(reason)"))
    }

    /// Somebody made it so, and knows why.
    @Test func legsOfOneIPv4RouteAreNoCompetition() throws {
        var merged = TestObservation(metrics: [nil, nil])
        let legs = [NextHop(interface: 2, gateway: IPAddress("10.89.1.1")), NextHop(interface: 3, gateway: nil)]
        merged.routes = [Route(.v4, metric: 5, nextHops: legs)]
        #expect(try !merged.findings().contains { $0.id == .duplicateDefaultRoute })
        merged.addDefault(via: "10.89.2.1", 3, 5)
        #expect(try !merged.findings().contains { $0.id == .duplicateDefaultRoute })
        #expect(try merged.observation().plan == [])
    }

    @Test func whatATunnelOrARoutingDaemonHasIsNoCompetition() throws {
        var container = TestObservation(metrics: [100, 100])
        container.links[1].isEthernet = false
        #expect(try !container.findings().contains { $0.id == .duplicateDefaultRoute })
        container.links[1].isEthernet = true
        container.routes[1].protocol = 12
        #expect(try !container.findings().contains { $0.id == .duplicateDefaultRoute })
    }

    @Test func routersOfOneNetworkAreNoCompetition() throws {
        var container = TestObservation(metrics: [100])
        container.addDefault(via: "10.89.1.9", 2, 100)
        for router in ["fe80::1", "fe80::2"] { container.addDefault(via: router, 2, 1024) }
        #expect(try container.findings() == [])
        #expect(try container.observation().plan == [])
    }

    @Test func onlyTheBestMetricCounts() throws {
        #expect(try !TestObservation(metrics: [100, 200, 200]).findings().contains { $0.id == .duplicateDefaultRoute })
        let three = try TestObservation(metrics: [100, 200, 100]).findings()
        #expect(three.map { $0.id } == [.duplicateDefaultRoute] && three[0].evidence.count == 2)
    }

    @Test func standbysAreInformationAlone() throws {
        let findings = try TestObservation(metrics: [100, 200]).findings()
        #expect(findings.map { $0.id } == [.sourceAddressMismatch])
        #expect(findings.allSatisfy { $0.severity == .information })
    }

    /// As an earlier run left it, before the policy said that eth1 is preferred.
    @Test func addressesOfTheNetworkThatHasTheDefaultLeaveByTheirOwn() throws {
        var container = TestObservation(metrics: [100, nil])
        container.addDefault(via: "10.89.1.1", 2, 100, table: 17_739_002)
        container.routes[1].protocol = 69
        container.addDefault(via: "10.89.2.1", 3, 100, table: 17_739_003)
        for place in container.links.indices { container.links[place].group = 17739 }
        var rules = [Route.mainTable, Route.mainTable, 17_739_003, 17_739_003].map {
            PolicyRule(.v4, priority: 32765, table: $0, protocol: 69)
        }
        rules[0].suppressedPrefixLength = 0
        rules[1].suppressedGroup = 17739
        (rules[2].source, rules[2].inputInterface) = (IPPrefix("10.89.2.0/24"), "lo")
        rules[3].outputInterface = "eth1"
        container.rules = rules
        #expect(try container.findings() == [])
        #expect(try container.observation().plan == [])
        container.policy.defaultRoute.prefer = [.name("eth1")]
        #expect(try !container.observation().plan.isEmpty)
        #expect(try container.findings() == [])
    }

    @Test func legsOfOneIPv6RouteAreMultipathAndRoutesBesideOneAnotherDuplicates() throws {
        var merged = TestObservation(metrics: [100, nil])
        merged.routes.append(
            Route(
                .v6, metric: 1024,
                nextHops: [
                    NextHop(interface: 2, gateway: IPAddress("fe80::1")),
                    NextHop(interface: 3, gateway: IPAddress("fe80::2")),
                ]))
        #expect(try merged.findings().map { $0.id } == [.defaultRouteMultipathV6])
        var beside = TestObservation(metrics: [100, nil])
        beside.addDefault(via: "fe80::1", 2, 1024)
        beside.addDefault(via: "fe80::2", 3, 1024)
        let findings = try beside.findings()
        #expect(findings.map { $0.id } == [.duplicateDefaultRoute] && findings[0].severity == .warning)
        #expect(findings[0].summary.hasSuffix("of metric 1024: the kernel takes the first whose gateway answers"))
    }

    @Test func withoutADefaultRouteOfIPv4ThereIsInformation() throws {
        let findings = try TestObservation(metrics: [nil]).findings()
        #expect(findings.map { $0.id } == [.noDefaultRoute] && findings[0].severity == .information)
        #expect(findings[0].evidence == ["eth0 has 10.89.1.5 and no default route"])
    }

    @Test func oneThatEvenkeelWouldPutBackIsAWarning() throws {
        // eth0 went with its route, and the loser of the earlier run is remembered in the table of eth1.
        var observation = TestObservation(metrics: [nil, nil])
        observation.addDefault(via: "10.89.2.1", 3, 100, table: 17_739_003)
        let findings = try observation.findings()
        #expect(findings.map { $0.id } == [.noDefaultRoute] && findings[0].severity == .warning)
        #expect(findings[0].evidence.contains("evenkeel would restore default via 10.89.2.1 dev eth1 metric 100"))
    }

    @Test func anotherTableThatAllPacketsAskIsADefaultRoute() throws {
        var vpn = TestObservation(metrics: [nil])
        vpn.addDefault(via: "10.89.1.9", 2, 0, table: 51820)
        vpn.rules = [PolicyRule(.v4, priority: 32764, table: 51820, protocol: 3)]
        #expect(try vpn.findings() == [])
    }

    @Test func twoHalvesOfTheWorldAreADefaultRoute() throws {
        #expect(try TestObservation(metrics: [nil]).findings { $0.leadsBeyond = true } == [])
    }

    @Test func whatAContainerMakesForItselfNeedsNoDefaultRoute() throws {
        var container = TestObservation(metrics: [nil, nil])
        container.links[1].kind = "bridge"
        #expect(try container.findings()[0].evidence == ["eth0 has 10.89.1.5 and no default route"])
        container.links[0].kind = "bridge"
        #expect(try container.findings() == [])
    }

    @Test func aContainerWithoutNetworksHasNothingToFind() throws {
        #expect(try TestObservation(metrics: []).findings() == [])
    }

    @Test func whatThePolicyKeepsIsInformation() throws {
        var observation = TestObservation(metrics: [100, 100], filter: 1)
        observation.policy.defaultRoute.mode = .keep
        observation.policy.rpFilter = .keep
        let findings = try observation.findings()
        #expect(findings.map { $0.id } == [.duplicateDefaultRoute, .rpFilterStrict])
        #expect(findings.allSatisfy { $0.severity == .information && $0.remedy.hasPrefix("(choose ") })
    }

    @Test func namesOfInterfacesCannotCommandATerminal() throws {
        var observation = TestObservation(metrics: [100, 100])
        observation.links[0].name = "e\u{1b}[2J"
        #expect(try observation.findings()[0].evidence.contains("default via 10.89.1.1 dev e?[2J metric 100"))
    }
}
