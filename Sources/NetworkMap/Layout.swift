/// Places a map's parts in three columns: the host with its bridges, the networks, the containers. Lines run through the gaps
/// between them, where no text is.
struct Layout {
    private static let margin = 24
    private static let gap = 14
    private static let lane = 14
    /// Room for the arrow that leads out of the host.
    private static let wayOut = 34

    private let map: NetworkMap
    private let columns: ContainerColumns
    private let blocks: [ContainerBlock]
    private let hostHead: HostHead
    private let networks: [NetworkBlock]
    private let bridges: [NetworkBlock?]
    private(set) var drawing = Drawing()

    // The columns' left edges and the top of all.
    private var hostX = 0
    private var networkX = 0
    private var containerX = 0
    private var top = 0
    private var hostWidth = 0
    private var networkWidth = 0

    /// The upper edge of each container, and of each network; the height at which each network's line leaves.
    private var containerTops: [Int] = []
    private var networkTops: [Int] = []
    private var networkHeights: [Int] = []
    private var networkPorts: [Int] = []

    init(_ map: NetworkMap) {
        self.map = map
        let columns = ContainerColumns(map)
        self.columns = columns
        blocks = map.containers.map { ContainerBlock($0, map, columns) }
        hostHead = HostHead(map.host)
        networks = map.networks.enumerated().map { NetworkBlock($0.element, hue: $0.offset) }
        bridges = map.networks.map { $0.bridge.map { NetworkBlock($0) } }
        let header = Header(map)
        top = Self.margin + header.height
        placeContainers(from: top)
        placeNetworks()
        lowerContainers()
        let members = self.members
        let lanes = placeColumns(members)
        drawHost()
        drawNetworks(members, lanes)
        for (place, block) in blocks.enumerated() { drawing.add(block.drawing, x: containerX, y: containerTops[place]) }
        drawing.width = max(containerX + columns.width, header.least + Self.margin) + Self.margin
        drawing.add(header.drawn, x: Self.margin, y: Self.margin)
        finish()
    }

    // MARK: Places

    private mutating func placeContainers(from start: Int) {
        var y = start
        containerTops = []
        for block in blocks {
            containerTops.append(y)
            y += block.drawing.height + Self.gap
        }
    }

    /// Beside the host's head is no network, so a few containers stand further down, beside theirs.
    private mutating func lowerContainers() {
        guard let last = containerTops.indices.last,
            let lowest = networks.indices.map({ lowerEdge(ofNetwork: $0) }).max()
        else { return }
        let room = lowest - containerTops[last] - blocks[last].drawing.height
        let first = networkTops.min() ?? top
        guard room > 0 else { return }
        placeContainers(from: min(top + room, first))
        placeNetworks()
    }

    private func lowerEdge(ofNetwork place: Int) -> Int { networkTops[place] + networkHeights[place] }

    /// The heights at which lines arrive at containers, by network.
    private var members: [[(y: Int, line: NetworkMap.Interface.Line)]] {
        var members = [[(y: Int, line: NetworkMap.Interface.Line)]](repeating: [], count: map.networks.count)
        for (place, container) in map.containers.enumerated() {
            for (interface, port) in zip(container.interfaces, blocks[place].ports) {
                if let network = interface.network {
                    members[network].append((containerTops[place] + port, interface.line))
                }
            }
        }
        return members
    }

    /// Each network as near as it can be to the first of its members, in their order, and those with a bridge below the host's head.
    private mutating func placeNetworks() {
        let members = members
        networkTops = [Int](repeating: top, count: networks.count)
        networkHeights = networks.indices.map { max(networks[$0].height, bridges[$0]?.height ?? 0) }
        networkPorts = networkTops
        let rows = members.flatMap { $0.map { $0.y } }.sorted()
        let order = networks.indices.sorted { (members[$0].first?.y ?? top, $0) < (members[$1].first?.y ?? top, $1) }
        var free = top
        for place in order {
            let wanted = (members[place].first?.y ?? top) - networkHeights[place] / 2
            let least = bridges[place] == nil ? free : max(free, top + hostHead.height)
            networkTops[place] = max(wanted, least)
            free = lowerEdge(ofNetwork: place) + Self.gap
            networkPorts[place] = port(of: place, own: members[place].map { $0.y }, rows)
        }
    }

    /// At the height of a member of its own, or else far from all rows, since lines to other containers run there.
    private func port(of place: Int, own: [Int], _ rows: [Int]) -> Int {
        let range = networkTops[place] + 10...networkTops[place] + networkHeights[place] - 10
        if let straight = own.first(where: { range.contains($0) }) { return straight }
        let middle = (range.lowerBound + range.upperBound) / 2
        let distances = range.map { y in
            (y: y, clear: min(Self.distance(from: y, to: rows), 8), off: abs(y - middle))
        }
        return distances.max { ($0.clear, -$0.off) < ($1.clear, -$1.off) }?.y ?? middle
    }

    /// To the nearest of sorted numbers.
    private static func distance(from y: Int, to rows: [Int]) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < y { low = middle + 1 } else { high = middle }
        }
        let neighbours = [low - 1, low].filter { rows.indices.contains($0) }
        return neighbours.map { abs(rows[$0] - y) }.min() ?? .max
    }

    private mutating func placeColumns(_ members: [[(y: Int, line: NetworkMap.Interface.Line)]]) -> Lanes {
        let extents = members.indices.map { place in
            let ends = members[place].map { $0.y } + [networkPorts[place]]
            return (ends.min() ?? 0)...(ends.max() ?? 0)
        }
        let lanes = Lanes(extents)
        hostX = Self.margin + (map.host.uplinks.isEmpty ? 0 : Self.wayOut)
        let bridgeWidth = bridges.compactMap { $0?.width }.max() ?? 0
        hostWidth = max(hostHead.width, bridgeWidth + 2 * NetworkBlock.padding, 150)
        networkX = hostX + hostWidth + 2 * Self.gap
        networkWidth = networks.map { $0.width }.max() ?? 0
        let gutter = networks.isEmpty ? 0 : (lanes.count + 1) * Self.lane + 2 * Self.gap
        containerX = networkX + networkWidth + gutter
        return lanes
    }

    // MARK: Drawing

    private mutating func drawHost() {
        var drawn = hostHead.drawing
        for wire in drawn.wires.indices { drawn.wires[wire].to.x = 8 - Self.wayOut }
        drawing.add(drawn, x: hostX, y: top)
        let bottoms = networks.indices.filter { bridges[$0] != nil }.map { lowerEdge(ofNetwork: $0) }
        let bottom = max(bottoms.max().map { $0 + NetworkBlock.padding } ?? 0, top + hostHead.height)
        let frame = Drawing.Frame(x: hostX, y: top, width: hostWidth, height: bottom - top)
        drawing.boxes.insert(.init(frame: frame, kind: .host), at: 0)
    }

    private mutating func drawNetworks(
        _ members: [[(y: Int, line: NetworkMap.Interface.Line)]], _ lanes: Lanes
    ) {
        for place in networks.indices {
            let lines = Set(members[place].map { $0.line })
            let kind: Drawing.Wire.Kind = lines.contains(.default) ? .taken : .plain
            let (y, height) = (networkTops[place], networkHeights[place])
            drawing.add(
                networks[place].drawn(.network, width: networkWidth, height: height, hue: place), x: networkX, y: y)
            if let bridge = bridges[place] {
                let x = hostX + NetworkBlock.padding
                let width = hostWidth - 2 * NetworkBlock.padding
                drawing.add(bridge.drawn(.bridge, width: width, height: height, hue: place), x: x, y: y)
                drawing.wires.append(
                    .init(from: (x + width, y + height / 2), to: (networkX, y + height / 2), kind: kind, hue: place))
            }
            let x = networkX + networkWidth + Self.gap + (lanes.lanes[place] + 1) * Self.lane - Self.lane / 2
            drawRail(place, members[place], lines == [.unsafe] ? .unsafe : kind, x)
        }
    }

    /// The line out of a network's box, the rail, and a line to each member.
    private mutating func drawRail(
        _ place: Int, _ members: [(y: Int, line: NetworkMap.Interface.Line)], _ kind: Drawing.Wire.Kind, _ x: Int
    ) {
        let port = networkPorts[place]
        guard !members.isEmpty else { return }
        drawing.wires.append(.init(from: (networkX + networkWidth, port), to: (x, port), kind: kind, hue: place))
        let ends = members.map { $0.y } + [port]
        let (upper, lower) = (ends.min() ?? port, ends.max() ?? port)
        if upper < lower { drawing.wires.append(.init(from: (x, upper), to: (x, lower), kind: kind, hue: place)) }
        for member in members {
            let own = member.line.wire
            drawing.wires.append(.init(from: (x, member.y), to: (containerX, member.y), kind: own, hue: place))
            drawing.dots.append(.init(x: x, y: member.y, kind: kind == .unsafe ? .unsafe : .plain, hue: place))
            drawing.dots.append(.init(x: containerX, y: member.y, kind: own, hue: place))
        }
    }

    private mutating func finish() {
        var bottom = drawing.boxes.map { $0.frame.bottom }.max() ?? top
        if map.containers.isEmpty {
            let label = Drawing.Label("no containers found", .muted, x: containerX, baseline: top + 22)
            drawing.labels.append(label)
            drawing.width = max(drawing.width, containerX + label.width + Self.margin)
        }
        for problem in map.problems.prefix(4) {
            bottom += 20
            let label = Drawing.Label(
                "could not be read: \(problem)", .alarm, x: Self.margin, baseline: bottom, most: 90)
            drawing.labels.append(label)
            drawing.width = max(drawing.width, Self.margin * 2 + label.width)
        }
        drawing.height = bottom + Self.margin
    }
}

extension NetworkMap.Interface.Line {
    fileprivate var wire: Drawing.Wire.Kind {
        switch self {
        case .unsafe: .unsafe
        case .default: .taken
        case .standby: .standby
        case .plain: .plain
        }
    }
}
