import Foundation
import Laboratory
import LinuxSystem
import Testing

@testable import ConfigurationLists

@Suite struct DropInTests {
    private let lists: Scratch
    private let dropIn: DropIn
    private let text = "{\"type\": \"evenkeel\"}\n"

    init() throws {
        lists = try Scratch()
        dropIn = try DropIn(network: "web", in: lists.path)
    }

    private func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(lists.path)/\(folder)").sorted()
    }

    private func content() throws -> String { try String(contentsOfFile: dropIn.path, encoding: .utf8) }

    @Test func itIsThereForAllToReadAndGoesWithItsFolder() throws {
        #expect(try dropIn.state() == .absent)
        #expect(try dropIn.install() == .installed)
        #expect(try dropIn.state() == .installed)
        #expect(try content() == text)
        for (path, mode) in [("web", 0o755), ("web/50-evenkeel.conf", 0o644)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(lists.path)/\(path)")
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
        #expect(try names() == ["web"] && names("web") == ["50-evenkeel.conf"])
        #expect(try dropIn.install() == .alreadyThere)
        #expect(try dropIn.remove() == .removed)
        #expect(try names() == [])
        #expect(try dropIn.remove() == .notThere)
    }

    @Test func othersFilesInTheFolderStay() throws {
        _ = try lists.folder("web")
        _ = try lists.file("web/10-other.conf", Array("{\"type\": \"tuning\"}".utf8))
        #expect(try dropIn.install() == .installed)
        #expect(try names("web") == ["10-other.conf", "50-evenkeel.conf"])
        #expect(try dropIn.remove() == .removedBesideOthers)
        #expect(try names("web") == ["10-other.conf"] && names() == ["web"])
    }

    @Test func settingsThatSomebodyAddedStay() throws {
        _ = try dropIn.install()
        let settings = "{\"type\": \"evenkeel\", \"policy\": {}}"
        _ = try lists.file("web/50-evenkeel.conf", Array(settings.utf8))
        #expect(try dropIn.install() == .alreadyThere)
        #expect(try content() == settings)
    }

    @Test(arguments: ["", "{\"type\": \"evenk", "{}", "{\"type\": \"other\"}", "[]"])
    func aFileThatWouldKeepPodsFromStartingIsReplaced(broken: String) throws {
        _ = try lists.folder("web")
        _ = try lists.file("web/50-evenkeel.conf", Array(broken.utf8))
        guard case .broken = try dropIn.state() else { throw Unexpected() }
        #expect(try dropIn.install() == .installed)
        #expect(try content() == text)
    }

    @Test func aSymbolicLinkInItsPlaceIsReplacedAndNotFollowed() throws {
        let target = try lists.file("target", Array(text.utf8))
        _ = try lists.folder("web")
        _ = try lists.link("web/50-evenkeel.conf", to: target)
        #expect(try dropIn.state() == .broken("it is not a regular file"))
        #expect(try dropIn.install() == .installed)
        #expect(
            try FileManager.default.attributesOfItem(atPath: dropIn.path)[.type] as? FileAttributeType == .typeRegular)
        #expect(try dropIn.remove() == .removed)
        #expect(try names() == ["target"])
    }

    @Test func aFolderThatIsNoneIsRefused() throws {
        let elsewhere = try Scratch()
        _ = try lists.link("web", to: elsewhere.path)
        _ = try lists.file("10-web.conflist")
        for name in ["web", "10-web.conflist"] {
            let dropIn = try DropIn(network: name, in: lists.path)
            let refusals = [
                #expect(throws: Refusal.self) { try dropIn.install() },
                #expect(throws: Refusal.self) { try dropIn.remove() },
                #expect(throws: Refusal.self) { try dropIn.state() },
            ]
            for refusal in refusals {
                #expect(
                    refusal?.text(about: "x")
                        == "cannot open directory \(lists.path)/\(name): Not a directory (ENOTDIR): the drop-in's folder "
                        + "must be one, and no symbolic link")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == [])
        #expect(try names() == ["10-web.conflist", "web"])
    }

    @Test(arguments: ["", ".", "..", ".web", "a/b", "../web", "a\0b", String(repeating: "a", count: 251)])
    func aNameThatIsNoFilesIsRefused(name: String) {
        #expect(throws: Refusal.self) { try DropIn(network: name, in: lists.path) }
    }

    @Test func theLongestNameWorks() throws {
        let dropIn = try DropIn(network: String(repeating: "a", count: 250), in: lists.path)
        #expect(try dropIn.install() == .installed)
        #expect(try dropIn.remove() == .removed)
    }

    @Test(arguments: [true, false]) func whatAKilledRunLeftGoes(isRemoving: Bool) throws {
        _ = try lists.folder(".web.new")
        _ = try lists.file(".web.new/50-evenkeel.conf", Array("{".utf8))
        _ = try lists.file(".evenkeel-reload")
        if isRemoving { #expect(try dropIn.remove() == .notThere) }
        #expect(try dropIn.install() == .installed)
        #expect(try names() == (["web"]))
        #expect(try content() == text)
        _ = try lists.file("web/.evenkeel.new", Array("{".utf8))
        _ = try lists.file("web/50-evenkeel.conf")
        #expect(try dropIn.install() == .installed)
        #expect(try names("web") == ["50-evenkeel.conf"])
    }

    @Test func runsAtTheSameTimeTakeTurns() throws {
        let path = lists.path
        DispatchQueue.concurrentPerform(iterations: 16) { number in
            do {
                let dropIn = try DropIn(network: "web", in: path)
                if number % 2 == 0 { _ = try dropIn.install() } else { _ = try dropIn.remove() }
            } catch { Issue.record(error) }
        }
        _ = try dropIn.install()
        #expect(try names() == ["web"] && names("web") == ["50-evenkeel.conf"])
    }

    @Test func aMissingDirectoryIsNamed() throws {
        let dropIn = try DropIn(network: "web", in: "\(lists.path)/none")
        let refusal = #expect(throws: Refusal.self) { try dropIn.install() }
        #expect(refusal?.reason.contains("\(lists.path)/none: No such file or directory (ENOENT)") == true)
    }

    private struct Unexpected: Error {}
}

/// What a runtime that watches the folder of lists hears, as containerd does: it takes names that are moved there or go, and nothing
/// else, for a reason to read again.
@Suite struct ReloadTests {
    private let lists: Scratch
    private let dropIn: DropIn

    init() throws {
        lists = try Scratch()
        dropIn = try DropIn(network: "web", in: lists.path)
    }

    private func isHeard(_ change: () throws -> Void) throws -> Bool {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK))
        defer { close(descriptor) }
        let heard = UInt32(IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
        #expect(inotify_add_watch(descriptor, lists.path, heard) >= 0)
        try change()
        var events = [UInt8](repeating: 0, count: 4096)
        return read(descriptor, &events, events.count) > 0
    }

    @Test func theRuntimeHearsOfEveryChange() throws {
        #expect(try isHeard { _ = try dropIn.install() })
        #expect(try isHeard { _ = try dropIn.install() })
        #expect(try isHeard { _ = try dropIn.remove() })
        _ = try lists.folder("web")
        _ = try lists.file("web/10-other.conf")
        #expect(try isHeard { _ = try dropIn.install() })
        #expect(try isHeard { _ = try dropIn.remove() })
        #expect(try !isHeard { _ = try dropIn.state() })
    }
}
