/// What a container saw of its network when it had only just started.
struct FirstAction {
    let defaultRoutes: [String]
    let rules: [String]
    /// `rp_filter` by interface.
    let filters: [String: String]

    /// Reads what the program of container.sh wrote down; nil if that is something else.
    init?(_ text: String) {
        let paragraphs = text.split(separator: "\n\n").map { $0.split(separator: "\n").map(String.init) }
        guard paragraphs.count == 3 else { return nil }
        defaultRoutes = paragraphs[0].filter { $0.hasPrefix("default") }
        rules = paragraphs[1]
        var filters: [String: String] = [:]
        for line in paragraphs[2] {
            let path = line.split(separator: "/")
            guard path.count == 7, let value = path[6].split(separator: ":").last else { return nil }
            filters[String(path[5])] = String(value)
        }
        self.filters = filters
    }
}
