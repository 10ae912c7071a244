import Laboratory
import Testing

/// IPv6 defaults that have merged outlive the address of one of them when its link flaps.
@Suite struct FlappedLegTests {
    @Test func aLegWithoutItsAddressIsSetAside() throws {
        let lab = try Lab()
        let said = try lab.run(
            """
            lab 2; ip -n c link set eth1 down; ip -n c link set eth1 up
            apply() { "$programs/evenkeel" apply --netns /run/netns/c; }
            echo "legs $(ip -n c -6 route show default | grep -c nexthop)"
            apply >/dev/null; ip -n c -6 route show default | grep -o 'via.*dev eth.'; apply
            ip -n c addr add fd00:89:2::5/64 dev eth1 nodad; apply >/dev/null; ip -n c -6 rule | grep -c 'from fd00:89:2::/64'
            """)
        #expect(said == "legs 2\nvia fd00:89:1::1 dev eth0\nnothing to do\n1")
    }
}
