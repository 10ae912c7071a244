import Laboratory
import Testing

@testable import NetworkMap

/// Whatever there is to draw, nothing lies upon a text, and nothing is cut.
@Suite struct LayoutTests {
    static let sizes = [(0, 0), (1, 2), (5, 3), (12, 6), (50, 1), (50, 6)]

    static func maps(_ containers: Int, _ networks: Int) -> [NetworkMap] {
        (0..<(containers > 12 ? 2 : 8)).map { NetworkMap(containers: containers, networks: networks, seed: $0) }
    }

    @Test(arguments: sizes) func noTwoTextsMeet(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            // From the top: what follows the first that is lower than a text's lower edge is lower still.
            let labels = Layout(map).drawing.labels.map { ($0.frame, $0.text) }.sorted { $0.0.y < $1.0.y }
            let meeting = labels.indices.compactMap { place in
                labels[(place + 1)...].prefix { $0.0.y < labels[place].0.bottom }
                    .first { $0.0.meets(labels[place].0) }.map { "\(labels[place].1) and \($0.1)" }
            }
            #expect(meeting.isEmpty)
        }
    }

    @Test(arguments: sizes) func noLineCrossesAText(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            let drawing = Layout(map).drawing
            let frames = drawing.wires.map { $0.frame }
            let crossed = drawing.labels.filter { label in
                let frame = label.frame
                return frames.contains { $0.meets(frame) }
            }
            #expect(crossed.isEmpty, "\(crossed.map { $0.text })")
        }
    }

    @Test(arguments: sizes) func nothingIsOutsideThePicture(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            let drawing = Layout(map).drawing
            let frames =
                drawing.labels.map { $0.frame } + drawing.boxes.map { $0.frame } + drawing.wires.map { $0.frame }
            let outside = frames.filter {
                $0.x < 0 || $0.y < 0 || $0.right > drawing.width || $0.bottom > drawing.height
            }
            #expect(outside.isEmpty, "\(outside.first.map { "\($0)" } ?? "") of \(drawing.width) x \(drawing.height)")
        }
    }

    /// Texts that begin in a box end in it.
    @Test(arguments: sizes) func noTextLeavesItsBox(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            let drawing = Layout(map).drawing
            let leaving = drawing.labels.filter { label in
                let frame = label.frame
                return drawing.boxes.contains { $0.frame.meets(frame) && !$0.frame.contains(frame) }
            }
            #expect(leaving.isEmpty, "\(leaving.map { $0.text })")
        }
    }

    @Test(arguments: sizes) func noTwoBoxesOfAKindMeet(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            for (_, boxes) in Dictionary(grouping: Layout(map).drawing.boxes, by: { $0.kind }) {
                let frames = boxes.map { $0.frame }.sorted { $0.y < $1.y }
                #expect(zip(frames, frames.dropFirst()).allSatisfy { !$0.meets($1) })
            }
        }
    }

    /// Lines of two networks cross, but none lies upon another.
    @Test(arguments: sizes) func noLineLiesUponAnothersLine(containers: Int, networks: Int) {
        for map in Self.maps(containers, networks) {
            let wires = Layout(map).drawing.wires.filter { $0.hue != nil }.map { ($0.frame, $0.hue, $0.isHorizontal) }
            let covered = wires.filter { wire in
                wires.contains { $0.1 != wire.1 && $0.2 == wire.2 && $0.0.meets(wire.0) }
            }
            #expect(covered.isEmpty)
        }
    }

    /// A name that is too long loses its middle, and is there whole for a pointer that rests on it.
    @Test func aLongNameLosesItsMiddle() throws {
        var map = NetworkMap.demo(isSafe: true)
        map.containers[0].title = "web-" + String(repeating: "x", count: 200) + "-end"
        let label = try #require(Layout(map).drawing.labels.first { $0.whole == map.containers[0].title })
        #expect(label.text.hasPrefix("web-x") && label.text.hasSuffix("x-end") && label.text.unicodeScalars.count == 44)
    }

    /// Networks whose rails do not meet share a lane: a hundred projects need no more room than one.
    @Test func apartRailsShareALane() {
        #expect(Lanes((0..<100).map { $0 * 100...$0 * 100 + 50 }).count == 1)
        #expect(Lanes([0...100, 10...90, 20...80]).lanes == [2, 1, 0])
    }
}

extension Drawing.Frame {
    func meets(_ other: Drawing.Frame) -> Bool {
        x < other.right && other.x < right && y < other.bottom && other.y < bottom
    }

    func contains(_ other: Drawing.Frame) -> Bool {
        x <= other.x && other.right <= right && y <= other.y && other.bottom <= bottom
    }
}

extension Drawing.Wire {
    var isHorizontal: Bool { from.y == to.y }

    /// Its room, with half of the greatest width on each side.
    var frame: Drawing.Frame {
        .init(
            x: min(from.x, to.x) - (isHorizontal ? 0 : 2), y: min(from.y, to.y) - (isHorizontal ? 2 : 0),
            width: abs(from.x - to.x) + (isHorizontal ? 0 : 4), height: abs(from.y - to.y) + (isHorizontal ? 4 : 0))
    }
}
