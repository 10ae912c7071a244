import Diagnosis

// Draws one container: a heading, its interfaces a block each, what is dropped, what is worth knowing.

/// The widths of the columns that all containers share, so that their texts stand below each other.
struct ContainerColumns {
    static let gap = 18
    static let padding = 16

    let names: Int
    let networks: Int
    let addresses: Int
    let ways: Int
    /// The width of a container's box.
    let width: Int

    init(_ map: NetworkMap) {
        let blocks = map.containers.map { container in container.interfaces.map { InterfaceLines($0, map) } }
        let lines = blocks.flatMap { $0 }
        names = Self.widest(lines.map { $0.name })
        networks = Self.widest(lines.map { $0.network })
        addresses = Self.widest(lines.flatMap { $0.addresses })
        ways = Self.widest(lines.flatMap { $0.ways })
        let columns = [names, networks, addresses, ways].filter { $0 > 0 }
        let content = columns.reduce(0, +) + Self.gap * max(columns.count - 1, 0)
        let others = map.containers.flatMap { container in
            [ContainerBlock.headingWidth(container)] + ContainerBlock.footer(container).map { $0.width }
        }
        width = max(content, others.max() ?? 0, 240) + 2 * Self.padding
    }

    /// Where each column begins.
    var starts: (names: Int, networks: Int, addresses: Int, ways: Int) {
        var x = Self.padding
        var starts: [Int] = []
        for column in [names, networks, addresses, ways] {
            starts.append(x)
            if column > 0 { x += column + Self.gap }
        }
        return (starts[0], starts[1], starts[2], starts[3])
    }

    private static func widest(_ labels: [Drawing.Label]) -> Int { labels.map { $0.width }.max() ?? 0 }
}

/// The texts of one interface, not placed yet.
struct InterfaceLines {
    let name: Drawing.Label
    let network: Drawing.Label
    let addresses: [Drawing.Label]
    let ways: [Drawing.Label]

    private static let mostAddresses = 6
    private static let mostSources = 4

    init(_ interface: NetworkMap.Interface, _ map: NetworkMap) {
        let label = { (text: String, style: Drawing.Label.Style) in
            Drawing.Label(text, style, x: 0, baseline: 0, most: 28)
        }
        name = label(interface.name, .code)
        if let place = interface.network {
            network = Drawing.Label(map.networks[place].title, .strong, x: 0, baseline: 0, most: 24, hue: place)
        } else {
            network = label(interface.kind ?? "of its own", .muted)
        }
        let addresses = Self.first(Self.mostAddresses, interface.addresses).map {
            Drawing.Label($0, .code, x: 0, baseline: 0, most: 43)
        }
        self.addresses = addresses.isEmpty ? [label("no address", .muted)] : addresses
        let roles = interface.roleTexts.map { role in
            label(role.text, role.isUnsafe ? .alarm : interface.line == .standby ? .muted : .strong)
        }
        let sources = Self.first(Self.mostSources, interface.sources.map { "from \($0)" })
        ways = roles + sources.map { Drawing.Label($0, .quietCode, x: 0, baseline: 0, most: 48) }
    }

    private static func first(_ most: Int, _ texts: [String]) -> [String] {
        texts.count > most ? texts.prefix(most - 1) + ["and \(texts.count - most + 1) more"] : texts
    }

    var rows: Int { max(addresses.count, ways.count, 1) }
}

struct ContainerBlock {
    static let row = 18
    private static let head = 34
    private static let gapBetweenInterfaces = 8

    /// From its own upper left corner.
    var drawing = Drawing()
    /// The height of each interface's first row, where its line arrives.
    private(set) var ports: [Int] = []

    init(_ container: NetworkMap.Container, _ map: NetworkMap, _ columns: ContainerColumns) {
        drawing.labels = Self.heading(container, right: columns.width - ContainerColumns.padding)
        var y = Self.head
        for (place, interface) in container.interfaces.enumerated() {
            if place > 0 { y += Self.gapBetweenInterfaces }
            y = add(interface, map, columns, at: y)
        }
        let footer = Self.footer(container)
        if !container.interfaces.isEmpty && !footer.isEmpty { y += Self.gapBetweenInterfaces / 2 }
        for var label in footer {
            label.baseline = y + 13
            drawing.labels.append(label)
            y += Self.row
        }
        drawing.width = columns.width
        drawing.height = y + 10
        let frame = Drawing.Frame(x: 0, y: 0, width: drawing.width, height: drawing.height)
        drawing.boxes.insert(.init(frame: frame, kind: .container), at: 0)
    }

    private mutating func add(
        _ interface: NetworkMap.Interface, _ map: NetworkMap, _ columns: ContainerColumns, at y: Int
    ) -> Int {
        let lines = InterfaceLines(interface, map)
        let starts = columns.starts
        let place = { (label: Drawing.Label, x: Int, row: Int) in
            var label = label
            (label.x, label.baseline) = (x, y + 13 + row * Self.row)
            return label
        }
        drawing.labels += [place(lines.name, starts.names, 0), place(lines.network, starts.networks, 0)]
        drawing.labels += lines.addresses.enumerated().map { place($0.element, starts.addresses, $0.offset) }
        drawing.labels += lines.ways.enumerated().map { place($0.element, starts.ways, $0.offset) }
        ports.append(y + 9)
        return y + lines.rows * Self.row
    }

    /// Its name, and on the right its engine and state.
    static func heading(_ container: NetworkMap.Container, right: Int) -> [Drawing.Label] {
        let name = Drawing.Label(container.title, .name, x: ContainerColumns.padding, baseline: 22)
        var state = Drawing.Label(container.state.rawValue, container.state.style, x: right, baseline: 22)
        state.isAtEnd = true
        var labels = [name, state]
        if let engine = container.engine {
            var label = Drawing.Label(engine, .muted, x: right - state.width - 10, baseline: 22)
            label.isAtEnd = true
            labels.append(label)
        }
        return labels
    }

    /// Between the name and the rest is at least as much room as between columns.
    static func headingWidth(_ container: NetworkMap.Container) -> Int {
        heading(container, right: 0).map { $0.width + ContainerColumns.gap }.reduce(0, +)
    }

    /// What concerns no single interface, below them.
    static func footer(_ container: NetworkMap.Container) -> [Drawing.Label] {
        let line = { (text: String, style: Drawing.Label.Style) in
            Drawing.Label(text, style, x: ContainerColumns.padding, baseline: 0, most: 64)
        }
        return container.drops.map { line($0.text, $0.style) } + container.troubles.map { line($0, .alarm) }
            + container.notes.map { line($0, .muted) }
            + (container.interfaces.isEmpty ? [line("no interface but lo", .muted)] : [])
    }
}

extension NetworkMap.Drop {
    /// Packets are being lost here, or were earlier.
    var style: Drawing.Label.Style { isInForce && packets > 0 ? .alarm : .muted }

    var text: String {
        isInForce ? "✕ \(what): \(packets) dropped" : "\(what): \(packets) dropped earlier"
    }
}

extension ContainerSummary.State {
    fileprivate var style: Drawing.Label.Style {
        switch self {
        case .kept: .good
        case .skipped: .muted
        case .unguarded, .contested: .warning
        }
    }
}
