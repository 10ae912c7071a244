import LinuxSystem

/// The modules of the running kernel, as far as they can be known without loading one: `/proc/modules`, and the lists that
/// `depmod(8)` makes.
package struct KernelModules: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case loaded
        case builtIn
        /// The kernel loads it when it is asked for.
        case loadable
        case absent
        /// Nothing tells.
        case unknown

        /// Whether the kernel has it now.
        var isPresent: Bool { self == .loaded || self == .builtIn }
    }

    private var states: [String: State] = [:]
    /// Whether there are lists of what can be loaded.
    private var isListed = false
    /// Whether the kernel loads modules at all.
    private var loads = false
    private let root: String
    private static let limit = 1 << 24

    package init(release: String, root: String = "") {
        self.root = root
        // With `modules_disabled` none is loaded until the next boot.
        let isLocked = Self.text("\(root)/proc/sys/kernel/modules_disabled")?.first == "1"
        let loaded = Self.text("\(root)/proc/modules")
        loads = loaded != nil && !isLocked
        for folder in ["/lib/modules", "/usr/lib/modules"].map({ "\(root)\($0)/\(release)" }) where !isListed {
            guard let builtIn = Self.text("\(folder)/modules.builtin") else { continue }
            isListed = true
            for line in (Self.text("\(folder)/modules.dep") ?? "").split(separator: "\n") {
                states[Self.name(line.prefix { $0 != ":" })] = loads ? .loadable : .absent
            }
            for line in builtIn.split(separator: "\n") { states[Self.name(line)] = .builtIn }
        }
        for line in (loaded ?? "").split(separator: "\n") { states[String(line.prefix { $0 != " " })] = .loaded }
    }

    private static func text(_ path: String) -> String? {
        do { return try FileDescriptor.text(of: path, limit: limit) } catch { return nil }
    }

    /// Of a path like `kernel/net/netfilter/nf-tables.ko.xz`: nf_tables.
    private static func name(_ path: Substring) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.prefix { $0 != "." }.map { $0 == "-" ? "_" : $0 })
    }

    package func state(of name: String) -> State {
        if let state = states[name] { return state }
        // One that is built in and has parameters.
        if FileStatus.exists("\(root)/sys/module/\(name)") { return .builtIn }
        return isListed ? .absent : .unknown
    }

    /// The state of what needs several: the worst of theirs.
    package func state(of names: [String]) -> State {
        let states = names.map { state(of: $0) }
        return [.absent, .unknown, .loadable, .loaded].first(where: states.contains) ?? .builtIn
    }

    /// Whether asking the kernel for all of these loads none. `optional`: those that are part of another module in newer kernels.
    package func areAskedForWithoutLoading(_ needed: [String], optional: [String]) -> Bool {
        if !loads { return true }
        return needed.allSatisfy { state(of: $0).isPresent } && !optional.contains { state(of: $0) == .loadable }
    }
}
