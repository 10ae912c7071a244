import LinuxSystem

/// The settings of a container runtime from its files in TOML. A later file's value takes the place of an earlier one's.
package struct RuntimeSettings {
    /// The files that are there, in the order in which the runtime reads them.
    package private(set) var files: [String] = []
    /// Those that are not TOML, or could not be read. The runtime would not start with them.
    package private(set) var faulty: [String] = []
    /// What that means; nil if there are none.
    package var problem: String? { faulty.first.map { "\($0) is not TOML, or cannot be read" } }
    private var documents: [TOMLDocument] = []
    /// The folder that stands for `/`, without a slash at its end.
    let root: String

    /// More than any runtime's file; what is larger is none.
    private static let limit = 1 << 20

    init(root: String) { self.root = root }

    /// The settings of each file alone, in the order in which they were read.
    var each: [RuntimeSettings] {
        documents.map { document in
            var settings = RuntimeSettings(root: root)
            settings.documents = [document]
            return settings
        }
    }

    /// Reads one more file, if it is there; nil if it is none, or not TOML.
    @discardableResult
    mutating func read(_ path: String) -> TOMLDocument? {
        guard FileStatus.exists(root + path) else { return nil }
        files.append(path)
        do throws(KernelError) {
            let document = TOMLDocument(try FileDescriptor.text(of: root + path, limit: Self.limit))
            if let document { documents.append(document) } else { faulty.append(path) }
            return document
        } catch {
            faulty.append(path)
            return nil
        }
    }

    /// Reads the files of a folder with that ending, in the order of their names.
    mutating func read(folder: String, ending: String = "") {
        let names: [String]
        do throws(KernelError) { names = try Directory.names(in: root + folder) } catch { return faulty.append(folder) }
        for name in names.sorted() where name.hasSuffix(ending) { read("\(folder)/\(name)") }
    }

    func value(_ path: [String]) -> TOMLDocument.Value? { documents.lazy.reversed().compactMap { $0[path] }.first }

    /// Nil also for an empty string, which runtimes take for none.
    func string(_ path: [String]) -> String? {
        guard case .string(let text)? = value(path), !text.isEmpty else { return nil }
        return text
    }

    /// The strings of a list; nil if there are none.
    func strings(_ path: [String]) -> [String]? {
        var strings: [String] = []
        for case .string(let text) in value(path)?.elements ?? [] where !text.isEmpty { strings.append(text) }
        return strings.isEmpty ? nil : strings
    }

    func number(_ path: [String]) -> Int? {
        guard case .other(let text)? = value(path) else { return nil }
        return Int(text)
    }

    /// Whether a table lies in an inline one, or is one.
    func isInline(_ path: [String]) -> Bool {
        documents.contains { document in
            document.entries.contains { entry in
                if case .table = entry.value { path.starts(with: entry.path) } else { false }
            }
        }
    }

    /// The names right below a table, whether it is in brackets or a part of an entry's name.
    func names(below path: [String]) -> [String] {
        var (names, known): ([String], Set<String>) = ([], [])
        for document in documents {
            for full in document.tables + document.entries.map(\.path)
            where full.count > path.count && full.starts(with: path) && known.insert(full[path.count]).inserted {
                names.append(full[path.count])
            }
        }
        if case .table(let entries)? = value(path) {
            for name in entries.compactMap(\.path.first) where known.insert(name).inserted { names.append(name) }
        }
        return names
    }
}
