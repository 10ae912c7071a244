import Foundation
import JSON
import Testing

@testable import Keel

/// The host's documents: what of them holds, and what is said of the rest.
@Suite final class HostPolicyTests {
    private let folder = NSTemporaryDirectory() + "/evenkeel-test-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder + "/d", withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func withoutDocumentsTheBuiltInPolicyHolds() throws {
        let host = try HostPolicy.load("/nonexistent/policy.json", "/nonexistent/policy.d")
        #expect(host.policy == Policy() && host.faults.isEmpty && host.warnings == [])
        #expect(try load().policy == Policy())
        #expect(HostPolicy.folder == "/etc/evenkeel/policy.d")
    }

    @Test func laterNamesWinByTheirBytes() throws {
        try write("policy.json", #"{"rpFilter":"relax","onError":"fail","invalid":{"mode":"input"}}"#)
        try write("d/Z.json", #"{"rpFilter":"keep","conntrack":{"max":1,"warnAt":0.5}}"#)
        try write("d/a.json", #"{"conntrack":{"max":2}}"#)
        try write("d/10.json", #"{"conntrack":{"max":3},"defaultRoute":{"mode":"one"}}"#)
        try write("d/9.json", #"{"defaultRoute":{"mode":"ranked"}}"#)
        let host = try load()
        #expect(host.faults.isEmpty)
        #expect(host.policy.rpFilter == .keep && host.policy.onError == .fail && host.policy.invalid.mode == .input)
        #expect(host.policy.conntrack.max == .entries(2) && host.policy.conntrack.warnAt == 0.5)
        #expect(host.policy.defaultRoute.mode == .ranked)
    }

    @Test func onlyRegularFilesThatEndInJSONAreDocuments() throws {
        for name in ["a.json.bak", "a.JSON", "json", ".hidden.json", "a.json~"] { try write("d/\(name)", "nonsense") }
        try FileManager.default.createDirectory(atPath: folder + "/d/folder.json", withIntermediateDirectories: true)
        #expect(mkfifo(folder + "/d/pipe.json", 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: folder + "/d/null.json", withDestinationPath: "/dev/null")
        try write("elsewhere", #"{"rpFilter":"keep"}"#)
        try FileManager.default.createSymbolicLink(atPath: folder + "/d/link.json", withDestinationPath: "../elsewhere")
        let host = try load()
        #expect(host.faults.isEmpty && host.policy.rpFilter == .keep)
    }

    @Test func aFaultyKeyIsLeftOutAndNamedAndAllOthersHold() throws {
        try write(
            "policy.json",
            #"""
            {"defaultRoute":{"mode":"foo","prefer":["eth1"],"sourceRule":true,"sourceRules":false},"rpFilter":"keep",
             "conntrack":{"max":0,"warnAt":0.5},"nonsense":{},"invalid":[],"onError":7,
             "annotations":{"allow":["evenkeel.skip",1,"evenkeel.skp"],"locked":["rpFilter","rpfilter"]},"watch":{"group":""}}
            """#)
        try write("d/1.json", #"{"defaultRoute":{"restoreAfterFlap":"no"}}"#)
        let host = try load()
        var expected = Policy()
        expected.defaultRoute.prefer = [.name("eth1")]
        expected.defaultRoute.sourceRules = false
        expected.rpFilter = .keep
        expected.conntrack.warnAt = 0.5
        expected.limits = host.policy.limits
        #expect(host.policy == expected)
        // Of a list the known names count: one that is misspelt must not let all others in.
        #expect(host.policy.limits?.allowed == ["dev.evenkeel.skip"] && host.policy.limits?.locked == ["rpFilter"])
        #expect(
            host.faults.map { $0.key } == [
                "nonsense", "defaultRoute.sourceRule", "defaultRoute.mode", "conntrack.max", "invalid", "onError",
                "annotations.allow", "annotations.allow", "annotations.locked", "watch.group",
                "defaultRoute.restoreAfterFlap",
            ])
        #expect(host.faults.first?.place == folder + "/policy.json")
        #expect(
            host.faults[1].description
                == "\(folder)/policy.json: defaultRoute.sourceRule is not a key of the policy (did you mean sourceRules?); allowed: "
                + "mode, prefer, sourceRules, restoreAfterFlap, learn")
        #expect(
            host.warnings[2]
                == #"\#(folder)/policy.json: defaultRoute.mode is "foo"; allowed: "distinct", "one", "ranked", "keep"; it is left out"#
        )
        #expect(host.warnings.count == 9 && host.warnings.last?.hasPrefix("the policy has 3 more faults: ") == true)
    }

    @Test func aLimitThatIsNoListAllowsNothing() throws {
        try write("policy.json", #"{"annotations":{"allow":"evenkeel.skip","locked":["rpFilter"]}}"#)
        try write("d/1.json", #"{"annotations":{"locked":"skip"}}"#)
        let host = try load()
        #expect(host.policy.limits?.allowed == [] && host.policy.limits?.locked == ["rpFilter"])
        #expect(host.faults.count == 2)
    }

    @Test(arguments: ["", "{", "[]", "rpFilter: keep", #"{"rpFilter":"keep","rpFilter":"loose"}"#])
    func aDocumentThatIsNoneCountsAsKeepForEverything(text: String) throws {
        try write("policy.json", #"{"onError":"fail","conntrack":{"genericTimeout":7},"defaultRoute":{"mode":"one"}}"#)
        try write("d/5.json", text)
        let host = try load()
        #expect(host.policy.defaultRoute.mode == .keep && !host.policy.defaultRoute.restoreAfterFlap)
        #expect(host.policy.rpFilter == .keep && host.policy.invalid.mode == .keep)
        #expect(host.policy.conntrack.max == .keep && host.policy.conntrack.genericTimeout == nil)
        #expect(host.policy.onError == .fail, "what the readable documents say")
        #expect(host.faults.count == 1 && host.faults[0].place == folder + "/d/5.json" && host.faults[0].key == "")
        #expect(host.warnings.first?.hasSuffix("; it counts as \"keep\" for everything") == true)
        // What a later document says would have won anyway.
        try write("d/6.json", #"{"rpFilter":"loose"}"#)
        #expect(try load().policy.rpFilter == .loose)
    }

    @Test func whatCannotBeReadCountsAsKeepToo() throws {
        try FileManager.default.createDirectory(atPath: folder + "/policy.json", withIntermediateDirectories: true)
        #expect(try load().policy.rpFilter == .keep && load().policy.onError == .warn)
        try FileManager.default.removeItem(atPath: folder + "/policy.json")
        try FileManager.default.createSymbolicLink(atPath: folder + "/d/gone.json", withDestinationPath: "nowhere")
        #expect(try load().policy.rpFilter == .keep)
        try FileManager.default.removeItem(atPath: folder + "/d/gone.json")
        try write("d/large.json", String(repeating: " ", count: (1 << 20) + 1))
        #expect(try load().faults.first?.problem.contains("more than the 1048576 bytes allowed") == true)
        try FileManager.default.removeItem(atPath: folder + "/d")
        #expect(try load().faults.isEmpty)
        try write("d", "no folder")
        #expect(try load().policy.rpFilter == .keep)
    }

    @Test func ofTooManyDocumentsSixtyFourAreReadAndTheRestMayHaveKeptAnything() throws {
        for number in 100..<164 { try write("d/\(number).json", #"{"conntrack":{"genericTimeout":\#(number)}}"#) }
        #expect(try load().policy.conntrack.genericTimeout == 163 && load().faults.isEmpty)
        try write("d/zzz.json", "{}")
        let host = try load()
        #expect(host.policy.rpFilter == .keep)
        #expect(host.faults.map { $0.description } == ["\(folder)/d holds 65 documents; allowed: at most 64"])
    }

    @Test func anotherDocumentReplacesAllOfThem() throws {
        try write("own.json", #"{"rpFilter":"keep","x":1}"#)
        let host = try HostPolicy.load(only: folder + "/own.json")
        #expect(host.policy.rpFilter == .keep && host.faults.count == 1)
        let error = #expect(throws: PolicyError.self) { try HostPolicy.load(only: folder + "/none.json") }
        #expect(error?.description.contains("ENOENT") == true)
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    private func load() throws(PolicyError) -> HostPolicy {
        try HostPolicy.load(folder + "/policy.json", folder + "/d")
    }
}
