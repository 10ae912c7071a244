import Laboratory
import Testing

/// The first two remedies, measured in packets: a container on several networks, a strict or a loose host, both families.
@Suite struct LossTests {
    @Test(arguments: [2, 3], [0, 1])
    func aContainerLosesNothingAfterwards(networks: Int, strictHost: Int) throws {
        let lab = try Lab()
        try lab.run("lab \(networks) \(strictHost)")
        try lab.run("cni ADD c eth\(networks - 1)")
        #expect(try lab.run("losses \(networks)") == "")
    }

    @Test(arguments: [0, 1])
    func rankedLosesNothingEither(strictHost: Int) throws {
        let lab = try Lab()
        try lab.run("lab 3 \(strictHost)")
        try lab.run("cni ADD c eth0 '{\"defaultRoute\":{\"mode\":\"ranked\"}}'")
        #expect(try lab.run("losses 3") == "")
        #expect(try lab.run("defaults 4 c | wc -l") == "3")
    }

    /// The control: without it the tests above would prove nothing.
    @Test func withoutRemedyTheLabLoses() throws {
        let lab = try Lab()
        try lab.run("lab 2 1")
        let losses = try lab.run("losses 2")
        for row in ["IPv4 UDP", "IPv4 ping from address 2", "IPv4 published port of network 2"] {
            #expect(losses.contains("\(row): "), "\(row) lost nothing:\n\(losses)")
        }
        #expect(losses.contains("IPv6 "))
    }
}
