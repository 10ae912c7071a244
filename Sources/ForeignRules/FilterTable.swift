import Firewall
import LinuxSystem

/// The chains of one table, reduced to what they do with INVALID segments of one IP version.
struct FilterTable {
    /// The rules' effects, by the chain's name.
    var chains: [String: [RuleEffect]] = [:]

    /// A rule that decides about the segments.
    struct Finding: Hashable {
        let effect: ForeignRule.Effect
        let chain: String
        let isLimited: Bool
    }

    /// The rules that segments meet from a chain on. Of one chain's rules of a kind only the least limited is returned.
    func follow(from chain: String) -> [Finding] {
        var walk = Walk(chains: chains)
        _ = walk.enter(chain, Walk.Path(asksForInvalid: false, isLimited: false), depth: 0)
        return walk.findings.filter { finding in
            !finding.isLimited
                || !walk.findings.contains(Finding(effect: finding.effect, chain: finding.chain, isLimited: false))
        }
    }
}

/// One way through the chains of a table.
private struct Walk {
    /// What the segments on this way have in common.
    struct Path: Hashable {
        var asksForInvalid: Bool
        var isLimited: Bool
    }

    private struct Visit: Hashable {
        let chain: String
        let path: Path
    }

    let chains: [String: [RuleEffect]]
    private(set) var findings: [FilterTable.Finding] = []
    /// Whether a visited chain ends the way of all segments, so that it is walked only once.
    private var isEnd: [Visit: Bool] = [:]

    /// Deeper than any real ruleset; bounds the recursion.
    private static let maximumDepth = 500

    init(chains: [String: [RuleEffect]]) { self.chains = chains }

    /// Whether the way of all segments ends in the chain.
    mutating func enter(_ chain: String, _ path: Path, depth: Int) -> Bool {
        let visit = Visit(chain: chain, path: path)
        if let known = isEnd[visit] { return known }
        // A loop, which no kernel accepts, would find this value, too.
        isEnd[visit] = false
        guard depth < Self.maximumDepth else { return false }
        let ends = pass(chain, path, depth: depth)
        isEnd[visit] = ends
        return ends
    }

    private mutating func pass(_ chain: String, _ entrance: Path, depth: Int) -> Bool {
        var entrance = entrance
        for rule in chains[chain] ?? [] where rule.share != .none {
            var path = entrance
            if rule.asksForInvalid { path.asksForInvalid = true }
            if rule.share == .some { path.isLimited = true }
            if rule.untracks { note(.doesNotTrack, chain, path) }
            var ends = false
            switch rule.verdict {
            case .proceed: continue
            case .drop:
                if path.asksForInvalid { note(.dropsInvalid, chain, path) }
                ends = true
            case .end: ends = true
            case .back: ends = false
            case .unknown:
                if rule.share == .all { entrance.isLimited = true }
                continue
            case .jump(let target):
                ends = enter(target, path, depth: depth + 1)
                if !ends { continue }
            case .goto(let target): ends = enter(target, path, depth: depth + 1)
            }
            if rule.share == .all { return ends }
        }
        return false
    }

    private mutating func note(_ effect: ForeignRule.Effect, _ chain: String, _ path: Path) {
        let finding = FilterTable.Finding(effect: effect, chain: chain, isLimited: path.isLimited)
        if !findings.contains(finding) { findings.append(finding) }
    }
}
