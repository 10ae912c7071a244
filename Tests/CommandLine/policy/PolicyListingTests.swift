import Foundation
import JSON
import Keel
import LinuxSystem
import Netlink
import Testing

@testable import evenkeel

/// Where each value comes from.
@Suite final class PolicyListingTests {
    private let folder = NSTemporaryDirectory() + "/evenkeel-test-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test func withoutDocumentsAllIsBuiltIn() throws {
        let rows = try PolicyListing(HostPolicy()).rows
        #expect(rows.allSatisfy { $0.origin == "built-in" } && rows.count == Policy().values.count)
    }

    @Test func theLastDocumentThatSaysSomethingIsNamed() throws {
        let first = try write("1", #"{"rpFilter":"loose","defaultRoute":{"mode":"one"},"conntrack":{"warnAt":1}}"#)
        let second = try write("2", #"{"defaultRoute":{"mode":"one"},"onError":"never","annotations":{"allow":[]}}"#)
        let rows = try listing(first, second).rows
        #expect(origin(rows, "rpFilter") == first, "also where it says what is built in")
        #expect(origin(rows, "defaultRoute.mode") == second)
        #expect(origin(rows, "conntrack.warnAt") == first && origin(rows, "annotations.allow") == second)
        #expect(origin(rows, "onError") == "built-in", "a faulty key is left out")
        #expect(origin(rows, "invalid.mode") == "built-in")
        #expect(value(rows, "conntrack.warnAt") == "1.0" && value(rows, "annotations.allow") == "[]")
    }

    @Test func aDocumentThatCannotBeReadIsWhereTheKeepsComeFrom() throws {
        let first = try write("1", #"{"defaultRoute":{"mode":"one"}}"#)
        let broken = try write("2", "{")
        let last = try write("3", #"{"rpFilter":"relax"}"#)
        let rows = try listing(first, broken, last).rows
        #expect(value(rows, "defaultRoute.mode") == "keep")
        #expect(origin(rows, "defaultRoute.mode") == "\(broken), which cannot be read")
        #expect(origin(rows, "rpFilter") == last && value(rows, "rpFilter") == "relax")
        #expect(origin(rows, "onError") == "built-in")
    }

    @Test func aContainersMarkIsLaidOverIt() throws {
        var (host, wish) = (Policy(), Policy())
        wish.defaultRoute.mode = .ranked
        wish.rpFilter = .keep
        var listing = try PolicyListing(HostPolicy())
        listing.take(Mark(wish, besides: host))
        host.rpFilter = .keep
        #expect(origin(listing.rows, "defaultRoute.mode") == "the container's mark")
        #expect(value(listing.rows, "defaultRoute.mode") == "ranked" && value(listing.rows, "rpFilter") == "keep")
        #expect(origin(listing.rows, "invalid.mode") == "built-in")
        #expect(origin(listing.rows, "skip") == nil)
        listing.take(.skip)
        #expect(value(listing.rows, "skip") == "true")
    }

    @Test func whatTheKernelRemembersGoesBeforeTheHostsPreferences() throws {
        let document = try write("1", #"{"defaultRoute":{"prefer":["eth0"]}}"#)
        var listing = try listing(document)
        listing.take(
            chosen: [try #require(InterfaceName(text: "eth1"))], preferred: [try #require(InterfaceName(text: "eth2"))])
        let rows = listing.rows.filter { $0.value.key == "defaultRoute.prefer" }
        #expect(rows.map { $0.value.text } == [#"["eth1"]"#, #"["eth2"]"#, #"["eth0"]"#])
        #expect(rows.map { $0.origin } == ["the container's choice", "its network's configuration", document])
        #expect(listing.text(width: nil).split(separator: "\n").count == Policy().values.count + 2)
    }

    private func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
    }

    private func listing(_ paths: String...) throws -> PolicyListing {
        var host = HostPolicy()
        for path in paths { try host.read(path) }
        return try PolicyListing(host)
    }

    private func origin(_ rows: [PolicyListing.Row], _ key: String) -> String? {
        rows.first { $0.value.key == key }?.origin
    }

    private func value(_ rows: [PolicyListing.Row], _ key: String) -> String? {
        rows.first { $0.value.key == key }?.value.text
    }
}
