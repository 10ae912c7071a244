import Laboratory

/// That those who are compared do the same: what one has done leaves nothing to do for the others.
enum SameJob {
    private static let job: [Contestant] = [.plugin, .reference, .likewise, .script]

    static func check() throws {
        guard let fresh = (Case.all.first { $0.isFresh }) else { return }
        try fresh.prepare()
        for first in job {
            try fresh.reset(for: first)
            try fresh.run(first)
            let state = try shell(look)
            var check = Contestant.plugin.commands(on: fresh.interface)[0]
            check.environment["CNI_COMMAND"] = "CHECK"
            do { try Execution.run(check) } catch {
                throw BenchmarkError(description: "after \(first.rawValue) evenkeel-cni's CHECK fails: \(error)")
            }
            for second in job {
                try fresh.run(second)
                guard try shell(look) == state else {
                    throw BenchmarkError(
                        description: "\(second.rawValue) finds something to do after \(first.rawValue)")
                }
            }
        }
        try checkResults(fresh)
    }

    /// The reference prints what the plugin prints.
    private static func checkResults(_ fresh: Case) throws {
        var results: [String] = []
        for contestant in [Contestant.plugin, .reference, .likewise] {
            try fresh.reset(for: contestant)
            var command = contestant.commands(on: fresh.interface)[0]
            command.output = Contestant.result
            try Execution.run(command)
            results.append(try shell("jq -S . \(Contestant.result)"))
        }
        guard results.allSatisfy({ $0 == results[0] }) else {
            throw BenchmarkError(description: "the results differ:\n" + results.joined())
        }
    }

    /// All that they could change; a rule that was made anew has another handle.
    private static let look = """
        ip -n c -o route show table all | sort
        ip -n c rule
        ip -n c -6 rule
        nsenter --net=/run/netns/c grep -r . /proc/sys/net/ipv4/conf --include rp_filter
        nft -sa list ruleset

        """
}
