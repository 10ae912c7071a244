import Laboratory
import Testing

/// Beside the CNI project's plugin sbr, which moves all routes of a network from main into tables of its own and sends
/// packets there by their source.
@Suite struct SourceRoutingTests {
    @Test(arguments: ["bridge sbr evenkeel", "bridge evenkeel sbr"], [[1], [2], [1, 2]])
    func theNetworksItRoutesAreLeftToIt(plugins: String, routed: [Int]) throws {
        let lab = try ChainLab()
        let free = [1, 2].filter { !routed.contains($0) }
        for (order, (first, other)) in [([1, 2], (1, 2)), ([2, 1], (2, 1))] {
            for n in order {
                try lab.run("list \(n) 1.0.0 \(routed.contains(n) ? plugins : "bridge evenkeel"); runtime add \(n)")
            }
            // Whom it takes a default from after us, the next run finds out.
            if plugins.hasSuffix("sbr") { try lab.run("cni ADD c eth0") }
            #expect(try lab.run("cni ADD c eth0 2>&1 >/dev/null; cni CHECK c eth0; cni CHECK c eth1") == "")
            #expect(try lab.run("ours 4 c; ours 6 c") == "")
            let defaults = try lab.run("for f in 4 6; do defaults $f c | grep -o 'dev [^ ]*' || :; done | sort -u")
            #expect(defaults == free.map { "dev eth\($0 - 1)" }.joined(separator: "\n"))
            #expect(try lab.run("bound_losses 1 2") == "")
            if !free.isEmpty { #expect(try lab.run("unbound_losses") == "") }
            try lab.run("runtime del \(first)")
            #expect(try lab.run("bound_losses \(other); cni CHECK c eth\(other - 1)") == "")
            if free.contains(other) { #expect(try lab.run("unbound_losses") == "") }
            try lab.run("runtime del \(other)")
            #expect(try lab.run("left") == "")
        }
    }
}
