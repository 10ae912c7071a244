import ConfigurationLists
import ContainerRuntimes
import Keel
import LinuxSystem

/// What a directory of CNI configurations holds.
struct ConfigurationDirectory {
    struct Skipped: Equatable {
        let path: String
        let reason: String
    }

    private(set) var lists: [String] = []
    private(set) var skipped: [Skipped] = []

    /// Runtimes also read these files, each with a single plugin.
    private static let single = [".conf", ".json"]

    /// Lists a directory in the order of names.
    init(_ path: String) throws(Refusal) {
        let names: [String]
        do throws(KernelError) {
            _ = try FileStatus(path: path)
            names = try Directory.names(in: path).sorted(by: isNaturallyOrdered)
        } catch { throw Refusal(printable(error.description)) }
        for name in names where !name.hasPrefix(".") {
            let file = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            if name.hasSuffix(".conflist") { lists.append(file) }
            if Self.single.contains(where: name.hasSuffix) {
                skipped.append(Skipped(path: file, reason: Self.reason(toSkip: file)))
            }
        }
    }

    /// The drop-in files of networks that no list of this directory describes.
    func dropInsWithoutList(_ directory: String) throws(Refusal) -> [DropIn] {
        var described: [String] = []
        for path in lists {
            do throws(Refusal) { described += [try ConfigurationList(path: path).name].compactMap { $0 } } catch {}
        }
        var dropIns: [DropIn] = []
        for name in try DropIn.networks(in: directory) where !described.contains(name) {
            dropIns.append(try DropIn(network: name, in: directory.withoutSlashesAtItsEnd))
        }
        return dropIns
    }

    private static func reason(toSkip path: String) -> String {
        do throws(Refusal) {
            _ = try ConfigurationList(path: path)
            return "runtimes take a list only from a file named *.conflist"
        } catch { return error.reason }
    }
}
